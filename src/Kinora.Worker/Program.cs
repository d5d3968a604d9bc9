using Kinora.Core.Infra.Media.Native;

if (args is [ProbeHost.Argument])
{
    return ProbeHost.Run(Console.OpenStandardInput(), Console.OpenStandardOutput());
}

var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.Run();
return 0;
