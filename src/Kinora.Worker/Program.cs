using Kinora.Worker;

return await WorkerProgram.RunAsync(args);
