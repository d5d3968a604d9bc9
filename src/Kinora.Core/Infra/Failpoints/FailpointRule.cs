using System.Globalization;

namespace Kinora.Core.Infra.Failpoints;

public enum FailpointAction { Kill, Hang, Delay, Throw }

/// <summary>
/// What is to happen at a failpoint, and when: "publish.after_put:kill@3". Actions: kill (by SIGKILL), hang, delay=MILLISECONDS, throw=FAULT.
/// When: @N the Nth hit (the first by default), @* each, @N% a share of them.
/// </summary>
public sealed record FailpointRule(string Name, FailpointAction Action)
{
    private const string Form = "NAME:kill|hang|delay=MILLISECONDS|throw=FAULT, then @N, @* or @N%";

    public TimeSpan Delay { get; private init; }

    /// <summary>A word of <see cref="FailpointFault"/>.</summary>
    public string Fault { get; private init; } = FailpointFault.Plain;

    /// <summary>The hit at which it fires; null: each, or a share of them.</summary>
    public int? At { get; private init; } = 1;

    /// <summary>Of the hits, where <see cref="At"/> is null.</summary>
    public double Share { get; private init; } = 1;

    /// <exception cref="FormatException">It is none, with the reason in one line.</exception>
    public static FailpointRule Parse(string text)
    {
        var (head, when) = Split(text, '@');
        var (name, act) = Split(head, ':');
        if (!FailpointName.All.Contains(name))
        {
            throw new FormatException($"\"{name}\" is no failpoint.");
        }

        var (action, argument) = Split(act ?? "", '=');
        return When((action, argument) switch
        {
            ("kill", null) => new FailpointRule(name, FailpointAction.Kill),
            ("hang", null) => new FailpointRule(name, FailpointAction.Hang),
            ("delay", not null) => new FailpointRule(name, FailpointAction.Delay) { Delay = TimeSpan.FromMilliseconds(Number(argument, text)) },
            ("throw", _) => new FailpointRule(name, FailpointAction.Throw) { Fault = FailpointFault.Check(argument ?? FailpointFault.Plain) },
            _ => throw Malformed(text),
        }, when, text);
    }

    public bool FiresAt(int hit, Random random) => At is { } at ? hit == at : random.NextDouble() < Share;

    private static FailpointRule When(FailpointRule rule, string? when, string text) => when switch
    {
        null => rule,
        "*" => rule with { At = null },
        [.. var share, '%'] when Number(share, text) <= 100 => rule with { At = null, Share = Number(share, text) / 100.0 },
        _ => rule with { At = Number(when, text) },
    };

    private static int Number(string text, string whole) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw Malformed(whole);

    private static (string Head, string? Tail) Split(string text, char separator) =>
        text.IndexOf(separator, StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, null);

    private static FormatException Malformed(string text) => new($"\"{text}\" is not of the form {Form}.");
}
