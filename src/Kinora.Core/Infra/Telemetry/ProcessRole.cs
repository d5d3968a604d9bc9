namespace Kinora.Core.Infra.Telemetry;

/// <summary>Which of Kinora's processes this is: "api" or "worker".</summary>
public sealed record ProcessRole(string Name)
{
    public static readonly ProcessRole Api = new("api");
    public static readonly ProcessRole Worker = new("worker");
}
