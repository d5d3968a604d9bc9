namespace Kinora.IntegrationTests.Chaos.Encoders;

/// <summary>What an encoder does wrong, and what must become of its job.</summary>
/// <param name="Name">In words, as the report has it.</param>
/// <param name="Script">See <see cref="FakeEncoder.Spoil"/>.</param>
/// <param name="Code">Null: the job succeeds.</param>
/// <param name="Attempts">After which the job has ended.</param>
/// <param name="Leaves">Processes that each run leaves behind.</param>
internal sealed record EncoderFault(string Name, string Script, string? Code, int Attempts, int Leaves = 0)
{
    /// <summary>What a job may have in these tests.</summary>
    public const int MaxAttempts = 2;

    private const string Real = """exec "$FFMPEG" "$@" """;

    /// <summary>Runs the real one, and then a command on each of its files that the pattern finds, as "$FILE".</summary>
    private static string Spoiling(string files, string command) => $$"""
        "$FFMPEG" "$@" || exit
        for ARGUMENT; do
          FILE=${ARGUMENT#file:}
          case "$FILE" in {{files}}) {{command}};; esac
        done
        """;

    /// <summary>What begins with one of the last moofs; grep counts from the type, which is behind four bytes of size.</summary>
    private static string DropLastFragments(int count) =>
        $"""truncate -s $(($(grep -abo moof "$FILE" | tail -n {count} | head -n 1 | cut -d : -f 1) - 4)) "$FILE" """;

    /// <summary>A child that holds the pipes, and one in a session and of a parent of its own.</summary>
    private const string LeaveTwo = """
        sleep 1000 &
        echo $! >> "$RUN.left"
        (setsid sh -c 'echo $$ >> "$0"; exec sleep 1000' "$RUN.left" &)
        """;

    /// <summary>Both have said who they are, as at each run before.</summary>
    private const string AwaitTwo = """until [ $(wc -l < "$RUN.left") = $((2 * $(wc -l < "$RUN.started"))) ]; do sleep 0.05; done""";

    public static EncoderFault[] OfThumbnails { get; } =
    [
        new("for a thumbnail: exits with 0 and no output", "exit 0", "INTERNAL", MaxAttempts),
        new(
            "for a thumbnail: cuts the picture short", """ "$FFMPEG" "$@" || exit; truncate -s -200 "${ARGUMENT#file:}" """, "INTERNAL",
            MaxAttempts),
    ];

    /// <param name="bytes">That it prints on each of its outputs.</param>
    public static EncoderFault[] OfHls(long bytes) =>
    [
        new("hangs and ignores SIGTERM", "trap '' TERM; while :; do sleep 1000; done", "TIMEOUT", MaxAttempts),
        new("exits with 0 and no output", "exit 0", "INTERNAL", MaxAttempts),
        new("says that all is done and has no files", """printf 'frame=1000000\nprogress=end\n'""", "INTERNAL", MaxAttempts),
        new("drops the last segment", Spoiling("*p.mp4", DropLastFragments(1)), "INTERNAL", MaxAttempts),

        // The last one alone may be a few milliseconds, which nobody would miss.
        new("drops the end of the sound", Spoiling("*audio.mp4", DropLastFragments(2)), "INTERNAL", MaxAttempts),
        new("cuts its files short", Spoiling("*.mp4", """truncate -s -200 "$FILE" """), "INTERNAL", MaxAttempts),
        new("empties its files", Spoiling("*p.mp4", """truncate -s 0 "$FILE" """), "INTERNAL", MaxAttempts),
        new("crashes", "ulimit -c 0; kill -SEGV $$", "INTERNAL", MaxAttempts),
        new("is killed", "kill -KILL $$", "INTERNAL", MaxAttempts),
        new("is killed once", $"""[ $(wc -l < "$RUN.started") = 1 ] && kill -KILL $$; {Real}""", null, 2),

        // In pieces, with a little progress between them: it prints, it does not stand still.
        new($"prints {bytes >> 20} MB on each output", $"""
            for FRAME in 1 2 3 4 5 6 7 8; do
              head -c {bytes / 8} /dev/zero | tr '\0' x >&2
              yes 'and so on' | head -c {bytes / 8}
              printf '\nframe=%d\nprogress=continue\n' $FRAME
            done
            {Real}
            """, null, 1),
        new("leaves children that hold its pipes", $"{LeaveTwo}\n{Real}", null, 1, Leaves: 2),
        new("leaves children and crashes", $"ulimit -c 0\n{LeaveTwo}\n{AwaitTwo}\nkill -SEGV $$", "INTERNAL", MaxAttempts, Leaves: 2),
        new("leaves children and hangs", $"{LeaveTwo}\ntrap '' TERM; while :; do sleep 1000; done", "TIMEOUT", MaxAttempts, Leaves: 2),
    ];
}
