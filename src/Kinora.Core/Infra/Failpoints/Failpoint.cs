namespace Kinora.Core.Infra.Failpoints;

/// <summary>
/// A place in the code at which a test can have the process die, hang, wait or fail. Inert unless a test has armed it: then the cost is
/// one look at a static field. Names are of <see cref="FailpointName"/>.
/// </summary>
public static class Failpoint
{
    private static FailpointSet? _armed;

    public static void Hit(string name) => _armed?.Hit(name);

    public static Task HitAsync(string name, CancellationToken cancellation) => _armed?.HitAsync(name, cancellation) ?? Task.CompletedTask;

    /// <summary>From now on for the whole process. Who arms it has made sure that this is a test (<see cref="FailpointOptions"/>).</summary>
    internal static void Arm(IEnumerable<FailpointRule> rules, FailpointLog log) => _armed = new FailpointSet(rules, log);

    internal static void Disarm() => _armed = null;
}
