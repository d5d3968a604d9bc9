using System.Collections.Concurrent;
using Kinora.Core.Errors;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Events;

/// <summary>Who waits for events in this process, by owner. They are woken, and read the log themselves: nobody can be too slow for it.</summary>
public sealed class EventStreams(IOptions<EventOptions> options)
{
    private readonly ConcurrentDictionary<Guid, Owner> _owners = new();

    /// <summary>Called when somebody begins to wait.</summary>
    public event Action? Began;

    public bool IsEmpty => _owners.IsEmpty;

    public IReadOnlyCollection<Guid> Owners => [.. _owners.Keys];

    /// <param name="videoId">Null: of all videos of the owner.</param>
    /// <exception cref="ApiException">TOO_MANY_REQUESTS: the owner waits in as many places as a user may.</exception>
    public EventStream Open(Guid ownerId, Guid? videoId)
    {
        var stream = new EventStream(this, ownerId, videoId);
        while (true)
        {
            var owner = _owners.GetOrAdd(ownerId, _ => new Owner());
            lock (owner)
            {
                // The last one has left between the two steps.
                if (owner.IsGone)
                {
                    continue;
                }

                if (owner.Streams.Count >= options.Value.MaxStreamsPerUser)
                {
                    throw Refusal.TooManyRequests(RetryAfter, $"You follow events in {options.Value.MaxStreamsPerUser} places already.");
                }

                owner.Streams.Add(stream);
            }

            Began?.Invoke();
            return stream;
        }
    }

    /// <summary>There are new events of the owner's video; null: there may be some of anybody's.</summary>
    internal void Wake(Guid? ownerId, Guid? videoId = null) =>
        ForEach(ownerId, stream =>
        {
            if (videoId is null || stream.VideoId is null || stream.VideoId == videoId)
            {
                stream.Wake();
            }
        });

    internal void Tell(Guid ownerId, JobProgress progress) =>
        ForEach(ownerId, stream =>
        {
            if (stream.VideoId is null || stream.VideoId == progress.VideoId)
            {
                stream.Tell(progress);
            }
        });

    internal void Close(EventStream stream)
    {
        if (_owners.TryGetValue(stream.OwnerId, out var owner))
        {
            lock (owner)
            {
                owner.Streams.Remove(stream);
                if (owner.Streams.Count == 0)
                {
                    owner.IsGone = true;
                    _owners.TryRemove(stream.OwnerId, out _);
                }
            }
        }
    }

    private static TimeSpan RetryAfter => TimeSpan.FromSeconds(5);

    private void ForEach(Guid? ownerId, Action<EventStream> action)
    {
        foreach (var owner in ownerId is { } id ? _owners.TryGetValue(id, out var one) ? [one] : [] : _owners.Values)
        {
            lock (owner)
            {
                owner.Streams.ForEach(action);
            }
        }
    }

    private sealed class Owner
    {
        public List<EventStream> Streams { get; } = [];

        public bool IsGone { get; set; }
    }
}
