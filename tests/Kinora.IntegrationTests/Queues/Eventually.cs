using System.Diagnostics;

namespace Kinora.IntegrationTests.Queues;

/// <summary>Waits for what must become true, with a deadline that only a failure reaches.</summary>
public static class Eventually
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public static Task TrueAsync(Func<bool> condition, Func<string> complaint, TimeSpan? patience = null) =>
        TrueAsync(() => Task.FromResult(condition()), complaint, patience);

    /// <param name="patience">Where whole deployments are waited for; null: <see cref="Timeout"/>.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> complaint, TimeSpan? patience = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < (patience ?? Timeout), complaint());
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
