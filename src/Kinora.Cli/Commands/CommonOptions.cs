using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Kinora.Cli.Commands;

internal static class CommonOptions
{
    public const int HighestPort = 65535;

    public static Option<string?> DataDir() =>
        new("--data-dir") { Description = "The folder of all data [default: .kinora in the checkout]." };

    public static Option<int> Port(int defaultPort, string description = "The port of the API on 127.0.0.1; 0 for a free one.")
    {
        var option = new Option<int>("--port") { Description = description, DefaultValueFactory = _ => defaultPort };
        option.Validators.Add(Range(0, HighestPort));
        return option;
    }

    /// <summary>What is no number at all is refused by the option itself.</summary>
    public static Action<OptionResult> Range(int least, int most) => result =>
    {
        if (int.TryParse((result.Tokens is [.., var last] ? last.Value : null), CultureInfo.InvariantCulture, out var value) && (value < least || value > most))
        {
            result.AddError($"{result.Option.Name} must be {least} to {most}.");
        }
    };
}
