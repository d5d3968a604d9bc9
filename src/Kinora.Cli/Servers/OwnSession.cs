using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Servers;

internal static class OwnSession
{
    /// <summary>
    /// The process in a session of its own, with the same id: a terminal sends Ctrl-C to all of its foreground group, and the servers must
    /// stop in our order, not all at once. setsid(1) becomes the program, so that the parent-death signal stays set.
    /// </summary>
    public static ChildProcessSpec Spec(string program, IReadOnlyList<string> arguments) => new("setsid", [program, .. arguments]);
}
