using System.Text;
using Kinora.Core.Infra.Queues.BullMq;

namespace Kinora.Tests.Infra.Queues.BullMq;

/// <summary>Byte for byte what cmsgpack in Redis is to read; the integration tests ask Node and Redis whether they agree.</summary>
public sealed class BullPackTests
{
    [Fact]
    public void An_address_has_ten_slots_of_which_six_are_nil() => Assert.Equal(
        Bytes("\u009a", "\u00a9bull:hls:", "\u00a3a-1", "\u00a3HLS", "\u00cf\0\0\u0001\u008b\u00cf\u00e5\u0068\0", "\u00c0\u00c0\u00c0\u00c0\u00c0\u00c0"),
        BullPack.Address("bull:hls:", "a-1", "HLS", 1_700_000_000_000).ToArray());

    [Fact]
    public void A_job_has_one_attempt_and_is_never_kept() => Assert.Equal(
        Bytes("\u0083", "\u00a8attempts", "\u0001", "\u00b0removeOnComplete", "\u00c3", "\u00acremoveOnFail", "\u00c3"),
        BullPack.JobOptions().ToArray());

    [Fact]
    public void Taking_names_the_token_the_lock_and_the_worker() => Assert.Equal(
        Bytes("\u0083", "\u00a5token", "\u00a1t", "\u00aclockDuration", "\u00cd\u0075\u0030", "\u00a4name", "\u00a1w"),
        BullPack.TakeOptions("t", 30_000, "w").ToArray());

    [Fact]
    public void Finishing_keeps_nothing_and_measures_nothing() => Assert.Equal(
        Bytes(
            "\u008a", "\u00a5token", "\u00a1t", "\u00a4name", "\u00a1w", "\u00a8keepJobs", "\u0081\u00a5count\0", "\u00aclockDuration",
            "\u00cd\u0075\u0030", "\u00a8attempts", "\u0001", "\u00aemaxMetricsSize", "\u00a0", "\u00a4fpof\u00c2", "\u00a4cpof\u00c2",
            "\u00a4idof\u00c2", "\u00a4rdof\u00c2"),
        BullPack.FinishOptions("t", 30_000, "w").ToArray());

    [Fact]
    public void Longer_lists_and_texts_have_longer_headers()
    {
        var token = new string('x', 36);
        var packed = BullPack.Strings([.. Enumerable.Repeat(token, 16)]).ToArray();

        Assert.Equal(Bytes("\u00dc\0\u0010", "\u00d9\u0024", token), packed[..(3 + 2 + 36)]);
        Assert.Equal(3 + (16 * 38), packed.Length);
    }

    private static byte[] Bytes(params string[] parts) => Encoding.Latin1.GetBytes(string.Concat(parts));
}
