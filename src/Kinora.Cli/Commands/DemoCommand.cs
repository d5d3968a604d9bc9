using System.CommandLine;
namespace Kinora.Cli.Commands;
internal static class DemoCommand { public static Command Create() => new("demo", ""); }
