namespace Kinora.IntegrationTests.Chaos.Proxies;

public enum S3FaultKind
{
    /// <summary>500 InternalError; the store hears nothing of it.</summary>
    InternalError,

    /// <summary>503 SlowDown; the store hears nothing of it.</summary>
    SlowDown,

    /// <summary>403 AccessDenied, as while a key is exchanged; the store hears nothing of it.</summary>
    Denied,

    /// <summary>The request is read, and then nothing comes.</summary>
    NoAnswer,

    /// <summary>Bodies pass at 1 KB/s, both ways, as long as the fault is injected.</summary>
    SlowBody,

    /// <summary>Half of the answer's body, then an orderly end of the connection.</summary>
    TruncatedAnswer,

    /// <summary>One byte in the middle of the answer's body is another.</summary>
    FlippedAnswer,

    /// <summary>One byte in the middle of the request's body is another.</summary>
    FlippedRequest,

    /// <summary>Half of the request's body, then RST.</summary>
    ResetInRequest,

    /// <summary>Half of the answer's body, then RST.</summary>
    ResetInAnswer,

    /// <summary>200, and the body is an Error: CompleteMultipartUpload may do so. The store hears nothing of it.</summary>
    ErrorIn200,

    /// <summary>The store does what it was asked for, and the answer is lost.</summary>
    LostAnswer,

    /// <summary>404, as of a store whose reads lag behind its writes.</summary>
    Missing,

    /// <summary>The connection is reset and for a second nobody listens.</summary>
    Refused,

    /// <summary>An answer that is not HTTP.</summary>
    Garbage,

    /// <summary>A Content-Length of half of the body that the store has sent, and no more than that.</summary>
    WrongLength,
}

/// <summary>A fault to inject into some calls.</summary>
public sealed class S3Fault(S3FaultKind kind, Func<S3Call, bool> concerns)
{
    private readonly Lock _choosing = new();
    private Random? _random;
    private int _seen;
    private int _taken;
    private int _fired;

    public S3Fault(S3FaultKind kind, params S3Operation[] operations)
        : this(kind, call => operations.Contains(call.Operation))
    {
    }

    public S3FaultKind Kind => kind;

    /// <summary>The share of the calls that it concerns.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Of <see cref="Probability"/>.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The first call that it strikes, of those that it concerns; from 1.</summary>
    public int From { get; init; } = 1;

    /// <summary>How many calls it strikes at most.</summary>
    public int AtMost { get; init; } = int.MaxValue;

    /// <summary>How often it was seen to happen.</summary>
    public int Fired => Volatile.Read(ref _fired);

    /// <summary>When it happened last, as a time stamp of <see cref="TimeProvider.System"/>.</summary>
    public long LastFiredAt { get; private set; }

    internal bool Takes(S3Call call)
    {
        lock (_choosing)
        {
            _random ??= new Random(Seed);
            if (!concerns(call) || ++_seen < From || _taken >= AtMost || _random.NextDouble() >= Probability)
            {
                return false;
            }

            _taken++;
            return true;
        }
    }

    internal void Fire()
    {
        LastFiredAt = TimeProvider.System.GetTimestamp();
        Interlocked.Increment(ref _fired);
    }

    /// <summary>The call gave it no chance: an answer without a body has no byte to flip.</summary>
    internal void GiveBack()
    {
        lock (_choosing)
        {
            _taken--;
        }
    }
}
