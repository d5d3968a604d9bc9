using Kinora.Core.Infra.Media.Sandboxing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kinora.IntegrationTests.Media.Sandboxing;

/// <summary>Sandboxes for those who need no deployment.</summary>
internal static class Sandboxes
{
    /// <summary>As in earnest: with namespaces, or not at all.</summary>
    public static Sandbox Usual { get; } = new(Options.Create(new SandboxOptions()), NullLogger<Sandbox>.Instance);

    /// <summary>None, for scripts in ffmpeg's place: they start other programs.</summary>
    public static Sandbox Off { get; } = OfKind(SandboxKind.None);

    public static Sandbox OfKind(SandboxKind kind) => Sandbox.OfKind(kind, new SandboxOptions(), NullLogger<Sandbox>.Instance);
}
