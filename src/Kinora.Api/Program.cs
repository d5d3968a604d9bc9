using Kinora.Api;

return await ApiProgram.RunAsync(args);
