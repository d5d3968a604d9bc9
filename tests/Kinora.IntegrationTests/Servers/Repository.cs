namespace Kinora.IntegrationTests.Servers;

/// <summary>Where the tests find the repository and leave what they make.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Ignored by git; caches and work folders of the tests go here.</summary>
    public static string Artifacts { get; } = Path.Combine(Root, "artifacts");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kinora.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside of the repository.");
        }

        return folder;
    }
}
