using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kinora.Core.Infra.Processes;
using Kinora.Guides;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Guides;

/// <summary>
/// The pages of docs/guides do what they say: all blocks of a language of a page are one program, which the build has made (extract.mjs), and each step
/// shows what stands behind it in the page.
/// </summary>
public sealed class GuideTests(GuideWorld world) : IClassFixture<GuideWorld>
{
    private const string End = "=== end of step";
    private static readonly string[] Languages = ["sh", "csharp", "typescript"];

    internal static string Pages { get; } = typeof(GuidePages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "GuidePages").Value!;

    public static TheoryData<string, string> Programs
    {
        get
        {
            var programs = new TheoryData<string, string>();
            foreach (var page in Directory.GetFiles(Path.Combine(Repository.Root, "docs", "guides"), "*.md").Order(StringComparer.Ordinal))
            {
                foreach (var language in Languages)
                {
                    programs.Add(Path.GetFileNameWithoutExtension(page), language);
                }
            }

            return programs;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task The_blocks_of_a_page_run_and_show_what_it_says(string page, string language)
    {
        var steps = Steps(page)[language];
        Assert.NotEmpty(steps);

        var lines = await RunAsync(page, language);

        var shown = string.Join('\n', lines).Split(End).Select(text => text.Trim('\n')).ToArray();
        Assert.Equal(steps.Length, shown.Length - 1);
        foreach (var (expected, actual) in steps.Zip(shown).Where(step => step.First is not null))
        {
            // "…" stands for what differs from run to run.
            var pattern = Regex.Escape(string.Join('\n', expected!)).Replace("…", ".*", StringComparison.Ordinal);
            Assert.Matches($"^{pattern}$", actual);
        }
    }

    private static Dictionary<string, string[]?[]> Steps(string page) =>
        JsonSerializer.Deserialize<Dictionary<string, string[]?[]>>(File.ReadAllText(Path.Combine(Pages, page + ".json")))!;

    /// <param name="isLast">False: where the port has gone to another process between its release and the program's listening, it runs once more.</param>
    private async Task<IReadOnlyCollection<string>> RunAsync(string page, string language, bool isLast = false)
    {
        var (folder, variables) = await world.PrepareAsync(page, language);
        var (program, arguments) = language switch
        {
            "sh" => ("bash", new[] { Path.Combine(Pages, page + ".sh") }),
            "csharp" => ("dotnet", [Path.Combine(AppContext.BaseDirectory, "Kinora.Guides.dll"), page]),
            _ => ("node", [Path.Combine(Pages, page + ".js")]),
        };
        var (lines, errors) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec(program, arguments)
        {
            WorkingDirectory = folder,
            Environment = variables,
            EndsDescendants = true,
            OnOutputLine = lines.Enqueue,
            OnErrorLine = errors.Enqueue,
        });
        var code = await process.Exited.WaitAsync(KinoraClient.Patience, TestContext.Current.CancellationToken);
        if (code != 0 && !isLast && errors.Any(line => line.Contains("address already in use", StringComparison.OrdinalIgnoreCase)))
        {
            return await RunAsync(page, language, isLast: true);
        }

        Assert.True(code == 0, $"{program}: {code}\n{string.Join('\n', lines)}\n{string.Join('\n', errors)}\n{world.Log}");
        return lines;
    }
}
