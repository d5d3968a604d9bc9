namespace Kinora.Cli;

/// <summary>Where the programs of this build and the repository that they were built from lie.</summary>
internal static class Installation
{
    /// <summary>The repository's root; the current folder where there is none, as in an image of the programs alone.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The program of a project, from the build that this one belongs to: artifacts/bin/PROJECT/CONFIGURATION, beside our own folder.
    /// </summary>
    public static string Program(string project)
    {
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var program = Path.GetFullPath(Path.Combine(here, "../..", project, Path.GetFileName(here), $"{project}.dll"));
        return File.Exists(program) ? program : throw new CommandFailure($"{program} is missing: build with `dotnet build {project}`.");
    }

    /// <summary>The host that runs us, so that a `dotnet` that is not in PATH does as well.</summary>
    public static string Dotnet { get; } =
        Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Kinora.slnx")))
            {
                return folder.FullName;
            }
        }

        return Directory.GetCurrentDirectory();
    }
}
