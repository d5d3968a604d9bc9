using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Jobs;
using Kinora.Core.Playback;
using Kinora.Core.Videos;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>The classes that the storm is about, as production has them, on one database and with tiny times.</summary>
internal sealed class StormSubject
{
    public StormSubject(NpgsqlDataSource source, Mutant mutant, StormLedger ledger, TimeProvider time)
    {
        (Source, Statements, PutsFirst) = (source, mutant.Statements, mutant.PutsFirst);
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        Objects = new StormObjects(source, ledger);
        Jobs = new JobStore(source, Statements, options, time);
        Complete = new CompleteJob(source, Statements, options);
        Publisher = new Publisher(source, Statements, Objects, Complete);
        Units = new HlsUnits(source, Statements);
        Reaper = new JobReaper(source, Statements, options, time);
        Delete = new DeleteVideo(source, Statements, Microsoft.Extensions.Options.Options.Create(new CollectorOptions()));
        Beats = new BeatSender(Statements, Options.Lease);
    }

    public JobOptions Options { get; } = new()
    {
        Lease = TimeSpan.FromMilliseconds(40),
        Beat = TimeSpan.FromMilliseconds(10),
        Grace = TimeSpan.FromMilliseconds(5),
        BackoffBase = TimeSpan.FromMilliseconds(2),
        BackoffMax = TimeSpan.FromMilliseconds(10),
        MaxAttempts = 20,
        MaxCrashes = 8,
    };

    public NpgsqlDataSource Source { get; }

    public JobStatements Statements { get; }

    /// <summary>A worker that does not wait for its intent.</summary>
    public bool PutsFirst { get; }

    public StormObjects Objects { get; }

    public JobStore Jobs { get; }

    public CompleteJob Complete { get; }

    public Publisher Publisher { get; }

    public HlsUnits Units { get; }

    public JobReaper Reaper { get; }

    public DeleteVideo Delete { get; }

    public BeatSender Beats { get; }
}
