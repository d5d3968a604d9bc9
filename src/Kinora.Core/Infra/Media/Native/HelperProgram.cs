namespace Kinora.Core.Infra.Media.Native;

/// <summary>What a .NET program needs to run in a sandbox: its files, its runtime, its environment. Not its configuration.</summary>
internal static class HelperProgram
{
    // .../dotnet/shared/Microsoft.NETCore.App/10.0.0/System.Private.CoreLib.dll; of a program that brings its own runtime there is no such root.
    private static readonly string? RuntimeRoot = RootOf(typeof(object).Assembly.Location);

    private static readonly string[] Suffixes = [".dll", ".so", ".deps.json", ".runtimeconfig.json"];

    public static IReadOnlyDictionary<string, string> Environment { get; } = MakeEnvironment();

    /// <param name="command">A program with its arguments. What lies below /usr is there anyway.</param>
    /// <returns>
    /// Its words that are paths, the libraries beside them, and the runtime. Single files, since appsettings.json, which may hold passwords, lies
    /// among them.
    /// </returns>
    public static IReadOnlyList<string> FilesOf(IEnumerable<string> command)
    {
        var programs = command.Where(word => Path.IsPathRooted(word) && IsOurs(word)).ToList();
        var folders = programs.Select(program => Path.GetDirectoryName(program)!).Distinct();
        var files = folders.SelectMany(Directory.EnumerateFiles).Where(IsLibrary).Union(programs).ToList();
        if (RuntimeRoot is { } root && IsOurs(root))
        {
            files.Add(root);
        }

        return files;
    }

    private static bool IsOurs(string path) => !path.StartsWith("/usr/", StringComparison.Ordinal);

    private static bool IsLibrary(string file) => Suffixes.Any(suffix => file.EndsWith(suffix, StringComparison.Ordinal));

    private static string? RootOf(string coreLibrary)
    {
        var shared = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(coreLibrary)));
        return Path.GetFileName(shared) == "shared" ? Path.GetDirectoryName(shared) : null;
    }

    private static Dictionary<string, string> MakeEnvironment()
    {
        var environment = new Dictionary<string, string>
        {
            // No debugger's socket in /tmp, and no heap for each core: the helper holds a few MB.
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_gcServer"] = "0",
        };

        // Where it is installed stands in /etc, which is not there.
        if (RuntimeRoot is { } root)
        {
            environment["DOTNET_ROOT"] = root;
        }

        return environment;
    }
}
