using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Kinora.Core.Infra.Queues.BullMq;

namespace Kinora.Tests.Infra.Queues.BullMq;

public sealed class BullScriptsTests
{
    [Fact]
    public void What_is_embedded_is_what_the_table_names()
    {
        // SHA-1 is how Redis names scripts.
#pragma warning disable CA5350
        Assert.All(BullScripts.All.Values, script =>
            Assert.Equal(script.Sha1, Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(script.Lua)))));
#pragma warning restore CA5350
        var embedded = typeof(BullScripts).Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".lua", StringComparison.Ordinal));
        Assert.Equal(BullScripts.All.Keys.Select(name => $"bullmq/{name}.lua").Order(), embedded.Order());
    }

    [Fact]
    public void Every_command_in_the_table_is_used()
    {
        var used = typeof(BullScripts).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null)).OfType<BullScript>();
        Assert.Equal(BullScripts.All.Values.OrderBy(script => script.Name), used.OrderBy(script => script.Name));
    }

    [Fact]
    public void The_licence_goes_with_the_assembly() => Assert.Contains(
        "Permission is hereby granted", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "licenses", "LICENSE.bullmq.txt")));
}
