using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kinora.Core.Infra.Failpoints;

/// <summary>The rules of this process, and how often each failpoint was hit.</summary>
internal sealed class FailpointSet(IEnumerable<FailpointRule> rules, FailpointLog log)
{
    private readonly ILookup<string, FailpointRule> _rules = rules.ToLookup(r => r.Name);
    private readonly ConcurrentDictionary<string, int> _hits = new();

    public void Hit(string name)
    {
        if (Find(name) is not { } rule)
        {
            return;
        }

        using var never = new ManualResetEventSlim();
        if (rule.Action == FailpointAction.Delay)
        {
            never.Wait(rule.Delay);
            return;
        }

        End(rule);
        never.Wait();
    }

    public async Task HitAsync(string name, CancellationToken cancellation)
    {
        if (Find(name) is not { } rule)
        {
            return;
        }

        if (rule.Action == FailpointAction.Delay)
        {
            await Task.Delay(rule.Delay, cancellation);
            return;
        }

        End(rule);

        // Not by the token: what hangs does not hear that it should stop.
        await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
    }

    /// <summary>The rule that fires at this hit, already in the log.</summary>
    private FailpointRule? Find(string name)
    {
        if (!_rules.Contains(name))
        {
            return null;
        }

        var hit = _hits.AddOrUpdate(name, 1, (_, count) => count + 1);
        var rule = _rules[name].FirstOrDefault(r => r.FiresAt(hit, Random.Shared));
        if (rule is not null)
        {
            log.Write(rule);
        }

        return rule;
    }

    /// <summary>Returns only to hang.</summary>
    private static void End(FailpointRule rule)
    {
        switch (rule.Action)
        {
            case FailpointAction.Throw:
                throw FailpointFault.Of(rule.Fault);
            case FailpointAction.Kill:
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                break;
            default:
                break;
        }
    }
}
