using Kinora.Cli.Running;

namespace Kinora.Tests.Cli;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void A_living_process_is_itself()
    {
        var self = ProcessIdentity.Of(Environment.ProcessId);

        Assert.NotNull(self);
        Assert.True(self.IsAlive);
    }

    [Fact]
    public void An_id_that_another_process_got_is_not_believed()
    {
        var self = ProcessIdentity.Of(Environment.ProcessId)!;

        Assert.False((self with { StartTicks = self.StartTicks - 1 }).IsAlive);
        Assert.False((self with { Boot = "another boot" }).IsAlive);
    }

    [Fact]
    public void No_process_has_an_id_beyond_the_kernels_limit() => Assert.Null(ProcessIdentity.Of(int.MaxValue));
}
