namespace Kinora.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>Paths below the root, with "/", of the files under a folder ("" for all) with an ending, without what a build makes.</summary>
    public static IReadOnlyList<string> Files(string folder, string ending)
    {
        var found = new List<string>();
        Add(new DirectoryInfo(PathOf(folder)));
        return found;

        void Add(DirectoryInfo directory)
        {
            found.AddRange(directory.EnumerateFiles("*" + ending).Select(f => Path.GetRelativePath(Root, f.FullName)));
            foreach (var child in directory.EnumerateDirectories().Where(d => !IsMade(d)))
            {
                Add(child);
            }
        }
    }

    private static bool IsMade(DirectoryInfo directory) =>
        directory.Name is "artifacts" or "node_modules" or "wwwroot" or ".git" or ".kinora" or "bin" or "obj";

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kinora.slnx")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new InvalidOperationException("The tests do not run inside of the repository.");
        }

        return folder;
    }
}
