namespace Kinora.Cli.Remote.Sessions;

/// <summary>Where a user's programs keep what is theirs (XDG Base Directory Specification 0.8): a relative path in a variable does not count.</summary>
internal static class UserFolders
{
    private const string Name = "kinora";

    public static string Config { get; } = Of("XDG_CONFIG_HOME", ".config");

    public static string State { get; } = Of("XDG_STATE_HOME", ".local/state");

    private static string Of(string variable, string fallback)
    {
        if (Environment.GetEnvironmentVariable(variable) is { } named && Path.IsPathFullyQualified(named))
        {
            return Path.Combine(named, Name);
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(home.Length > 0 ? home : "/", fallback, Name);
    }
}
