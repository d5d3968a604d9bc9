using System.CommandLine;
namespace Kinora.Cli.Commands;
internal static class TestCommand { public static Command Create() => new("test", ""); }
