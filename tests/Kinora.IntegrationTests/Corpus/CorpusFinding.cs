namespace Kinora.IntegrationTests.Corpus;

/// <summary>A rendition held against its source.</summary>
/// <param name="Likeness">Of its pictures to the source's, at several times.</param>
/// <param name="Sound">At several times; empty: there is none, or it is silent.</param>
internal sealed record CorpusFinding(
    PlayedRendition Rendition, FrameTimes Frames, double FarthestFrame, PictureLikeness Likeness, IReadOnlyList<SoundOffset> Sound)
{
    public const double MaxSoundOffset = 0.020;

    /// <summary>Less alike it cannot be said which of the source's sounds it is.</summary>
    public const double MinSoundLikeness = 0.5;

    private const int Pictures = 7;

    public static async Task<IReadOnlyList<CorpusFinding>> CompareAsync(SourceFile source, PlayedStream played)
    {
        var before = source.SoundStream is { } stream && played.Sounds.Count > 0
            ? await SoundTimeline.ReadAsync(source.Input, stream, source.Frames.Origin)
            : null;

        // The same of all renditions, as a rule, and a minute of work each.
        var (afters, references) = (new Dictionary<double, SoundTimeline>(), new Dictionary<string, IReadOnlyList<SquarePicture>>());
        var findings = new List<CorpusFinding>();
        foreach (var rendition in played.Renditions)
        {
            var url = rendition.Playlist.AbsoluteUri;
            var frames = await FrameTimes.ReadAsync(url, "0:v:0");
            var places = Enumerable.Range(0, Pictures).Select(i => (frames.Seconds.Count - 1) * i / (Pictures - 1)).Distinct().ToArray();
            var shown = await SquarePicture.ReadAsync(url, "0:v:0", false, places);
            int[] wanted = [.. places.Select(place => source.Frames.Nearest(frames.Seconds[place]))];
            var reference = await OnceAsync(references, string.Join(' ', wanted), () => ReferenceAsync(source, wanted));
            var offsets = before is null ? [] : before.OffsetsIn(await OnceAsync(
                afters, frames.Origin, () => SoundTimeline.ReadAsync(played.Sounds[0].Playlist.AbsoluteUri, "0:a:0", frames.Origin)));
            findings.Add(new CorpusFinding(
                rendition, frames, frames.FarthestFrom(source.Frames), SquarePicture.Compare(shown, reference), offsets));
        }

        return findings;
    }

    /// <summary>What is not as the source has it.</summary>
    public IEnumerable<string> Faults(SourceFile source)
    {
        var frame = Math.Max(source.Frames.Step, Frames.Step);
        if (Math.Abs(Rendition.Seconds - source.Frames.Duration) > frame + 0.001)
        {
            yield return FormattableString.Invariant($"{Rendition.Name} lasts {Rendition.Seconds:0.000} s instead of {source.Frames.Duration:0.000} s");
        }

        // Both sides are rounded to even pixels.
        var aspect = (double)Rendition.Width / Rendition.Height;
        if (Math.Abs(aspect - source.Aspect) > source.Aspect * 2 / Math.Min(Rendition.Width, Rendition.Height))
        {
            yield return FormattableString.Invariant($"{Rendition.Name} is {Rendition.Width}x{Rendition.Height}, the source {source.Shape}");
        }

        if (!Likeness.IsRight(source.Info.Video!.IsHdr))
        {
            yield return $"{Rendition.Name} does not look like the source: {Likeness}";
        }

        foreach (var sound in Sound.Where(s => Math.Abs(s.Seconds) > MaxSoundOffset || s.Likeness < MinSoundLikeness))
        {
            yield return FormattableString.Invariant($"{Rendition.Name}: sound {sound.Seconds * 1000:0.0} ms late, like the source's by {sound.Likeness:0.00}");
        }
    }

    private static async Task<TValue> OnceAsync<TKey, TValue>(Dictionary<TKey, TValue> known, TKey key, Func<Task<TValue>> read)
        where TKey : notnull => known.TryGetValue(key, out var value) ? value : known[key] = await read();

    private static async Task<IReadOnlyList<SquarePicture>> ReferenceAsync(SourceFile source, int[] frames)
    {
        var distinct = frames.Distinct().Order().ToArray();
        var pictures = await SquarePicture.ReadAsync(source.Input, source.VideoStream, source.Info.Video!.IsInterlaced, distinct);
        return [.. frames.Select(frame => pictures[Array.IndexOf(distinct, frame)])];
    }
}
