using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Infra.Queues;

public sealed class QueueOptionsTests
{
    [Theory]
    [InlineData("Kinora:Redis:ConnectionString", "")]
    [InlineData("Kinora:Redis:ConnectionString", "127.0.0.1:6379,nonsense=1")]
    [InlineData("Kinora:Redis:CommandTimeout", "00:00:00")]
    [InlineData("Kinora:Queue:Prefix", "a:b")]
    [InlineData("Kinora:Queue:LockDuration", "00:00:00.1")]
    public void A_wrong_option_stops_the_process(string key, string value) =>
        Assert.ThrowsAny<OptionsValidationException>(() => Validate(key, value));

    [Fact]
    public void The_defaults_are_right() => Validate("Kinora:Redis:ConnectionString", "127.0.0.1:6379,password=x,ssl=true");

    private static void Validate(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();
        using var services = new ServiceCollection().AddLogging().AddKinoraQueue(configuration).BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.NotNull(services.GetRequiredService<IOptions<RedisOptions>>().Value);
    }
}
