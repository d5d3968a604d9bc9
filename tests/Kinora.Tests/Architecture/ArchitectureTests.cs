using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Kinora.Api;
using Kinora.Core;

namespace Kinora.Tests.Architecture;

/// <summary>The walls and house rules that no compiler keeps (CONTRIBUTING.md).</summary>
public sealed partial class ArchitectureTests
{
    private const int MaxLines = 400;

    /// <summary>C's own functions, where .NET has none for the purpose; all else that is native goes through kinora_media.</summary>
    private static readonly Dictionary<string, string> ImportsFromC = new()
    {
        ["src/Kinora.Core/Infra/Processes/ChildProcess.cs"] = "signals to a child",
        ["src/Kinora.Core/Infra/Storage/Folders/FolderSync.cs"] = "fsync of a folder",
        ["src/Kinora.Cli/Running/DetachedStart.cs"] = "closing inherited descriptors",
        ["src/Kinora.Cli/Running/ProcessIdentity.cs"] = "signals to a process of an earlier run",
    };

    private static readonly string[] BannedSuffixes = ["Helper", "Helpers", "Manager", "Util", "Utils", "Common", "Base"];

    /// <summary>Named after what their types have in common.</summary>
    private static readonly string[] FilesOfSeveralTypes = ["src/Kinora.Core/Infra/Media/Native/NativeTypes.cs"];

    private static readonly string[] Sources = [.. Repository.Files("src", ".cs")];

    [Fact]
    public void Core_knows_nothing_of_ASP_NET()
    {
        var references = typeof(KinoraSetup).Assembly.GetReferencedAssemblies().Select(a => a.Name!);

        Assert.DoesNotContain(references, name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.Empty(References("Kinora.Core", "FrameworkReference"));
    }

    [Fact]
    public void Projects_refer_to_each_other_only_as_the_layers_allow()
    {
        Assert.Empty(References("Kinora.Core", "ProjectReference"));
        Assert.Equal(["../Kinora.Core/Kinora.Core.csproj"], References("Kinora.Api", "ProjectReference"));
        Assert.Equal(["../Kinora.Core/Kinora.Core.csproj"], References("Kinora.Worker", "ProjectReference"));
        AssertNoReference(typeof(ApiSetup).Assembly, "Kinora.Worker");
        AssertNoReference(Assembly.Load("Kinora.Worker"), "Kinora.Api");

        // The command starts the API and the worker as processes: it builds them, and can call nothing of theirs.
        AssertNoReference(Assembly.Load("kinora"), "Kinora.Api");
        AssertNoReference(Assembly.Load("kinora"), "Kinora.Worker");
    }

    [Fact]
    public void Namespaces_are_folders()
    {
        var wrong = Sources.Where(f => Path.GetFileName(f) != "Program.cs" && !f.Contains("/Migrations/", StringComparison.Ordinal))
            .Where(f => !File.ReadLines(Repository.PathOf(f)).Contains($"namespace {Path.GetDirectoryName(f)!["src/".Length..].Replace('/', '.')};"));

        Assert.Empty(wrong);
    }

    [Fact]
    public void A_file_bears_the_name_of_a_type_that_it_holds()
    {
        var wrong = Sources.Where(f => Path.GetFileName(f) != "Program.cs" && !f.Contains("/Migrations/", StringComparison.Ordinal))
            .Where(f => !Types(f).Contains(Path.GetFileNameWithoutExtension(f)))
            // A file of several that belong together bears the resource's or the feature's name.
            .Where(f => !f.EndsWith("Contracts.cs", StringComparison.Ordinal));

        Assert.Equal(FilesOfSeveralTypes, wrong.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        // A helper process is what the probe's is; elsewhere the word says nothing.
        var banned = Sources.SelectMany(f => Types(f).Where(t => BannedSuffixes.Any(s => t.EndsWith(s, StringComparison.Ordinal))))
            .Where(t => t != "ProbeHelper");

        Assert.Empty(banned);
    }

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var long_ = Sources.Concat(Repository.Files("web/src", ".ts")).Concat(Repository.Files("web/src", ".tsx")).Concat(Repository.Files("native", ".c"))
            .Where(f => !f.Contains("/Migrations/", StringComparison.Ordinal) && File.ReadLines(Repository.PathOf(f)).Count() > MaxLines);

        Assert.Empty(long_);
    }

    [Fact]
    public void Native_code_is_called_from_few_places()
    {
        var importers = Sources.Where(f => Import().IsMatch(Repository.Read(f))).Where(f => !f.StartsWith("src/Kinora.Core/Infra/Media/Native/", StringComparison.Ordinal));

        Assert.Equal(ImportsFromC.Keys.Order(StringComparer.Ordinal), importers.Order(StringComparer.Ordinal));
        Assert.All(ImportsFromC.Keys, f => Assert.Equal(Import().Count(Repository.Read(f)), FromC().Count(Repository.Read(f))));
    }

    [Fact]
    public void Processes_start_in_one_place()
    {
        var starters = Sources.Where(f => ProcessStart().IsMatch(Repository.Read(f)));

        Assert.Equal(["src/Kinora.Core/Infra/Processes/ChildProcess.cs"], starters);
    }

    [Fact]
    public void The_list_of_banned_symbols_is_wired_into_every_project()
    {
        var props = XDocument.Load(Repository.PathOf("Directory.Build.props"));

        Assert.Contains(props.Descendants("AdditionalFiles"), f => ((string)f.Attribute("Include")!).EndsWith("BannedSymbols.txt", StringComparison.Ordinal));
        Assert.Contains(props.Descendants("PackageReference"), p => (string)p.Attribute("Include")! == "Microsoft.CodeAnalysis.BannedApiAnalyzers");
        Assert.Equal("true", props.Descendants("TreatWarningsAsErrors").Single().Value);
        var banned = Repository.Read("BannedSymbols.txt");
        Assert.All((string[])["Process.Start", "Task`1.Result", "Task.Wait", "Thread.Sleep", "DateTime.UtcNow", "Guid.NewGuid"], s => Assert.Contains(s, banned));
    }

    [Fact]
    public void A_rule_is_suspended_only_in_places_that_are_known()
    {
        var suspending = Sources.Where(f => Repository.Read(f).Contains("#pragma warning disable RS0030", StringComparison.Ordinal));

        Assert.Equal(["src/Kinora.Core/Infra/Processes/ChildProcess.cs", "src/Kinora.Core/Infra/Redis/RedisConnection.cs"], suspending.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("RS0030", Repository.Read(".editorconfig"));
        Assert.DoesNotContain(Repository.Files("", ".csproj"), f => Repository.Read(f).Contains("RS0030", StringComparison.Ordinal));
    }

    [Fact]
    public void No_file_names_a_registry_or_a_folder_of_somebodys_machine()
    {
        string[] endings = [".cs", ".c", ".h", ".ts", ".js", ".mjs", ".json", ".md", ".csproj", ".props", ".targets", ".slnx", ".sh", ".py", ".txt", ".npmrc", "kinora"];
        var telling = endings.SelectMany(ending => Repository.Files("", ending)).Distinct()
            .Where(f => !f.StartsWith("src/Kinora.Cli/", StringComparison.Ordinal) || f.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(f => Telling().Matches(Repository.Read(f)).Select(m => $"{f}: {m.Value}"));

        Assert.Empty(telling);
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Repository.PathOf($"src/{project}/{project}.csproj")).Descendants(kind).Select(r => (string)r.Attribute("Include")!);

    private static void AssertNoReference(Assembly assembly, string name) =>
        Assert.DoesNotContain(assembly.GetReferencedAssemblies(), a => a.Name == name);

    private static List<string> Types(string file) =>
        [.. TypeName().Matches(Repository.Read(file)).Select(m => m.Groups["name"].Value)];

    [GeneratedRegex(@"^(?:public |internal |private |protected |sealed |static |abstract |partial |readonly |unsafe |file |ref )*(?:class|struct|record struct|record|interface|enum) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\[(?:LibraryImport|DllImport)\(")]
    private static partial Regex Import();

    [GeneratedRegex(@"\[LibraryImport\(""libc""")]
    private static partial Regex FromC();

    [GeneratedRegex(@"\bnew Process\b(?!\w)|\bProcess\.Start\(")]
    private static partial Regex ProcessStart();

    // Put together from parts, or this file would be found itself.
    [GeneratedRegex("nuget" + @"\.org/v3|registry\." + @"npmjs|/wo" + "rk/|/ho" + @"me/\w|C:\\" + "Users")]
    private static partial Regex Telling();
}
