using System.Reflection;

namespace Kinora.BrowserTests;

/// <summary>What came from npm: see NodeModules.targets.</summary>
internal static class NodeModules
{
    private static readonly string Folder = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "NodeModules").Value!;

    public static string Path(params string[] parts) => System.IO.Path.Combine([Folder, .. parts]);
}
