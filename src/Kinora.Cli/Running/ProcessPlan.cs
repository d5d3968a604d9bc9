namespace Kinora.Cli.Running;

/// <summary>
/// A process to keep running. <paramref name="Name"/> tells it from others of its role ("worker-2");
/// <paramref name="StartAsync"/> is called again after each unwanted end and may throw <see cref="InvalidOperationException"/>.
/// </summary>
internal sealed record ProcessPlan(string Name, string Role, Func<CancellationToken, Task<IRunningProcess>> StartAsync);
