using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>Decides what a transcode makes of a source. Pure: the same input gives the same plan, on any host.</summary>
public sealed class TranscodePlanner(IOptions<TranscodingOptions> options)
{
    private const int MaxRenditions = 16;

    /// <summary>More than films are dubbed into; a hostile file may have hundreds.</summary>
    internal const int MaxAudioTracks = 16;

    /// <summary>As many languages as a disc may have; a hostile file may have hundreds.</summary>
    internal const int MaxTextTracks = 32;

    private readonly TranscodingOptions _options = options.Value;

    /// <param name="packets">Of <see cref="MediaInfo.Video"/>, or else of the track of sound that ends last; null: all but <see cref="TranscodePlan.Segments"/> is decided.</param>
    /// <param name="renditions">Names of the ladder; null or empty: all of it.</param>
    /// <param name="avoid"><see cref="TranscodePlan.Avoid"/>; null: nothing.</param>
    /// <exception cref="ApiException">VALIDATION_ERROR: a rendition that the ladder of this source does not have.</exception>
    /// <exception cref="JobFailedException">
    /// NO_VIDEO_STREAM, ENCRYPTED, FORMAT_NOT_ALLOWED, CODEC_NOT_ALLOWED, UNSUPPORTED_GEOMETRY, or CORRUPT: the file ends long before its index.
    /// </exception>
    public TranscodePlan Plan(MediaInfo info, PacketIndex? packets, IReadOnlyList<string>? renditions, IReadOnlyList<string>? avoid = null)
    {
        var rungs = Chosen(LadderOf(info), renditions).ToArray();
        if (info.IsAudioOnly)
        {
            return PlanSound(info, packets);
        }

        var video = CheckedVideo(info);
        var source = SourceBitRate(info, video);
        var segments = packets is null ? null : SegmentPlanner.Plan(
            video, info.Container, packets, _options.MaxFrameRate, forCopy: !Avoids(TranscodePlan.AvoidCopy) && !EncodeReasons.OfStream(info, video, rungs[0], source?.BitRate).Any());
        if (packets is not null)
        {
            CheckIsWhole(info, video, packets, segments?.VideoDuration);
        }

        var frameRate = segments?.FrameRate ?? Limited(FrameGrid.Nominal(video));
        var obstacle = segments is null ? null
            : Avoids(TranscodePlan.AvoidSpans) ? "spans_not_exact"
            : SpanPlanner.FindObstacle(info.Container, segments);
        var chosen = rungs.Select(rung => ToRendition(rung, obstacle)).ToArray();
        var durationUs = segments?.EndTicks is { } end
            ? (long)(end * 1_000_000m / segments.TimeScale)
            : video.DurationUs ?? info.DurationUs;
        var audio = AudioOf(info, segments);
        var cost = durationUs is { } known ? CostModel.Predict(video, chosen, audio.Length, known / 1e6, source?.BitRate) : null;
        return new TranscodePlan(info)
        {
            Renditions = chosen,
            Audio = audio,
            Text = TextOf(info),
            Segments = segments,
            Spans = segments is null || obstacle is not null ? null : SpanPlanner.Plan(segments, seeksEarly: video.IsInterlaced || FfmpegCommand.DemuxerOf(info.Container) is "mpegts" or "mpeg"),
            Avoid = avoid ?? [],
            DurationUs = durationUs,
            PredictedBytes = cost?.Bytes,
            PredictedCpuSeconds = cost?.CpuSeconds,
            Reasons = [.. segments?.Reasons ?? [], .. obstacle is null ? (string[])[] : [obstacle]],
        };

        bool Avoids(string way) => avoid?.Contains(way) == true;

        // Only spans are put together with a copy: what one process encodes stands by itself.
        Rendition ToRendition(Ladder.Rung rung, string? obstacle)
        {
            var reasons = EncodeReasons.For(info, video, rung, segments, source?.BitRate);
            if (reasons.Count == 0 && (obstacle ?? (Avoids(TranscodePlan.AvoidCopy) ? "copy_not_exact" : null)) is { } reason)
            {
                reasons = [reason];
            }

            var isCopy = reasons.Count == 0;
            var rate = isCopy ? CopyRate.PeakOf(packets!, segments!, source!.Value.BitRate) : Ladder.MaxBitRate(rung, frameRate.ToDouble(), source);
            return new Rendition(
                rung.Name, rung.Width, rung.Height, rate, frameRate, isCopy ? RenditionMode.Copy : RenditionMode.Encode, reasons);
        }
    }

    /// <summary>As <see cref="Plan"/>, from what the probe tells alone: spans and segments are those of an evenly spaced stream.</summary>
    public TranscodePlan Estimate(MediaInfo info, IReadOnlyList<string>? renditions) =>
        Plan(info, info.IsAudioOnly ? null : EstimatedPackets.Of(info, CheckedVideo(info)), renditions) with { IsEstimate = true };

    /// <summary>Whether the ladder of this source has them all. It is the options', which may have changed since they were asked for.</summary>
    public bool Offers(MediaInfo info, IReadOnlyList<string> renditions) =>
        !renditions.Except(LadderOf(info).Select(rung => rung.Name)).Any();

    internal static MediaStream CheckedVideo(MediaInfo info)
    {
        CheckFormat(info);
        var video = info.Video ?? throw new JobFailedException(JobErrorCode.NoVideoStream, "The file has no video.");
        if (video.IsEncrypted)
        {
            throw new JobFailedException(JobErrorCode.Encrypted, "The video is encrypted.");
        }

        return AllowedMedia.VideoDecoders.ContainsKey(video.Codec)
            ? video
            : throw new JobFailedException(JobErrorCode.CodecNotAllowed, "The video's codec is not supported.");
    }

    private static void CheckFormat(MediaInfo info)
    {
        if (FfmpegCommand.DemuxerOf(info.Container) is null)
        {
            throw new JobFailedException(JobErrorCode.FormatNotAllowed, "This kind of file is not supported.");
        }
    }

    /// <summary>
    /// In one process: that takes seconds, and needs no spans. One track has its own end, several have that of the last one: with a shorter
    /// one hls.js 1.7 stalls for ever where it ends.
    /// </summary>
    private TranscodePlan PlanSound(MediaInfo info, PacketIndex? packets)
    {
        CheckFormat(info);
        var sound = info.Audio!;
        SegmentPlan? segments = null;
        if (packets is not null)
        {
            segments = SoundSegments.Plan(info, sound, packets);
            CheckSoundIsWhole(info, sound, packets, segments.VideoDuration);
        }

        var audio = AudioOf(info, info.AudioTracks.Skip(1).Any() ? segments : null);
        var durationUs = (long?)segments?.VideoDuration?.TotalMicroseconds ?? sound.DurationUs ?? info.DurationUs;
        var cost = durationUs is { } known ? CostModel.PredictSound(audio.Length, known / 1e6) : null;
        return new TranscodePlan(info)
        {
            Renditions = [],
            Audio = audio,
            Segments = segments,
            DurationUs = durationUs,
            PredictedBytes = cost?.Bytes,
            PredictedCpuSeconds = cost?.CpuSeconds,
            Reasons = ["audio_only", .. segments?.Reasons ?? []],
        };
    }

    /// <summary>Of sound alone there are no renditions to choose from.</summary>
    private IReadOnlyList<Ladder.Rung> LadderOf(MediaInfo info) =>
        info.IsAudioOnly ? [] : Ladder.SizesFor(CheckedVideo(info), _options.MaxShortSide);

    private static IEnumerable<Ladder.Rung> Chosen(IReadOnlyList<Ladder.Rung> ladder, IReadOnlyList<string>? names)
    {
        if (names is null || names.Count == 0)
        {
            return ladder;
        }

        if (names.Count > MaxRenditions)
        {
            throw Refusal.Validation("renditions", "Too many renditions.");
        }

        var known = ladder.Select(rung => rung.Name).ToArray();
        var unknown = names
            .Select((name, i) => (name, i))
            .Where(asked => !known.Contains(asked.name, StringComparer.Ordinal))
            .Select(asked => new ValidationDetail(
                $"renditions[{asked.i}]", known.Length == 0 ? "There are no pictures in it." : $"This video can have: {string.Join(", ", known)}."))
            .ToArray();
        return unknown.Length > 0
            ? throw Refusal.Validation(unknown)
            : ladder.Where(rung => names.Contains(rung.Name, StringComparer.Ordinal));
    }

    private static AudioPlan[] AudioOf(MediaInfo info, SegmentPlan? segments)
    {
        var end = segments?.EndTicks is { } ticks
            ? (long)Math.Round((decimal)ticks * AudioPlan.SampleRate / segments.TimeScale, MidpointRounding.AwayFromZero)
            : (long?)null;
        return [.. info.AudioTracks.Take(MaxAudioTracks).Select((audio, i) =>
            new AudioPlan(AudioPlan.NameOf(i), audio.Index, audio.Channels, audio.Language, end))];
    }

    // What everybody reads comes first, and has its language's plain name.
    private static TextTrackPlan[] TextOf(MediaInfo info) =>
        [.. info.TextTracks.OrderBy(text => text.IsForced).ThenBy(text => text.IsForHearingImpaired).Take(MaxTextTracks).Select((text, i) =>
            new TextTrackPlan(TextTrackPlan.NameOf(i), text.Index, text.Language, text.IsForced, text.IsForHearingImpaired))];

    // The stream's own, or what the container has left when the audio's usual share is taken off.
    private static (long BitRate, string Codec)? SourceBitRate(MediaInfo info, MediaStream video)
    {
        var rate = video.BitRate ?? (info.BitRate is { } whole
            ? whole - info.Streams.Where(s => s.Kind == StreamKind.Audio).Sum(s => s.BitRate ?? AudioPlan.BitRate)
            : null);
        return rate is > 0 ? (rate.Value, video.Codec) : null;
    }

    private Rational Limited(Rational rate) =>
        rate.ToDouble() > _options.MaxFrameRate * 1.01 ? new Rational(_options.MaxFrameRate, 1) : rate;

    // An MP4's sample table promises frames; a file that was cut short has fewer packets, and ffmpeg would end happily with exit code 0.
    // Fewer frames alone prove nothing (phones trim by an edit list), nor does a shorter time (the last picture may stand for long).
    private void CheckIsWhole(MediaInfo info, MediaStream video, PacketIndex packets, TimeSpan? duration)
    {
        if (packets.Count == 0)
        {
            throw new JobFailedException(JobErrorCode.Corrupt, "The file has no pictures.");
        }

        if (FfmpegCommand.DemuxerOf(info.Container) == "mov"
            && video is { FrameCount: { } promised, DurationUs: { } promisedUs }
            && packets.Count < promised * _options.MinFrameShare
            && duration?.TotalMicroseconds < promisedUs * _options.MinFrameShare)
        {
            throw new JobFailedException(
                JobErrorCode.Corrupt, $"The file is cut short: only {packets.Count} of {promised} pictures are there.");
        }
    }

    // Unlike a picture, a packet of sound never stands for long: a shorter time proves it.
    private void CheckSoundIsWhole(MediaInfo info, MediaStream sound, PacketIndex packets, TimeSpan? duration)
    {
        if (packets.Count == 0)
        {
            throw new JobFailedException(JobErrorCode.Corrupt, "The file has no sound.");
        }

        if (FfmpegCommand.DemuxerOf(info.Container) == "mov" && duration?.TotalMicroseconds < sound.DurationUs * _options.MinFrameShare)
        {
            throw new JobFailedException(
                JobErrorCode.Corrupt, $"The file is cut short: only {duration.Value.TotalSeconds:0.#} of {sound.DurationUs / 1e6:0.#} s are there.");
        }
    }
}
