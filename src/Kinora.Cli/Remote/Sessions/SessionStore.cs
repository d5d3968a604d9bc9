using System.Text.Json;

namespace Kinora.Cli.Remote.Sessions;

/// <summary>The user's session on this machine: session.json in the folder of their configuration.</summary>
internal sealed class SessionStore(PrivateFile file)
{
    public static SessionStore OfUser() => new(new PrivateFile(Path.Combine(UserFolders.Config, "session.json")));

    /// <summary>Null: nobody is logged in.</summary>
    public Session? Read()
    {
        try
        {
            return file.Read() is { } text && JsonSerializer.Deserialize(text, SessionJson.Default.Session)
                is { Server: not null, AccessToken: not null, RefreshToken: not null } session ? session : null;
        }
        catch (JsonException)
        {
            throw new CommandFailure($"{file.Location} is damaged: log in again with `kinora login`.", CommandFailure.NotLoggedIn);
        }
    }

    public void Write(Session session) => file.Write(JsonSerializer.Serialize(session, SessionJson.Default.Session));

    public void Delete() => file.Delete();

    public Task<IDisposable> LockAsync(TimeProvider time, CancellationToken cancellation) => file.LockAsync(time, cancellation);
}
