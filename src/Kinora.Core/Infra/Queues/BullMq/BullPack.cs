using System.Buffers;
using Nerdbank.MessagePack;

namespace Kinora.Core.Infra.Queues.BullMq;

/// <summary>The arguments that BullMQ's scripts unpack with cmsgpack, as Node's Scripts class of the same version packs them.</summary>
internal static class BullPack
{
    /// <param name="keyBase">What all keys of the queue begin with, the last ":" included.</param>
    public static ReadOnlyMemory<byte> Address(string keyBase, string id, string name, long timestampMs) =>
        Pack((ref MessagePackWriter writer) =>
        {
            // key base, id, name, time; parent key, its dependencies, parent, repeat key, deduplication key, late release of the parent.
            writer.WriteArrayHeader(10);
            writer.Write(keyBase);
            writer.Write(id);
            writer.Write(name);
            writer.Write(timestampMs);
            for (var absent = 0; absent < 6; absent++)
            {
                writer.WriteNil();
            }
        });

    /// <summary>One attempt, and nothing is kept: trying again is PostgreSQL's, and so is remembering.</summary>
    public static ReadOnlyMemory<byte> JobOptions() =>
        Pack((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(3);
            writer.Write("attempts");
            writer.Write(1);
            writer.Write("removeOnComplete");
            writer.Write(true);
            writer.Write("removeOnFail");
            writer.Write(true);
        });

    public static ReadOnlyMemory<byte> TakeOptions(string token, long lockMs, string worker) =>
        Pack((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(3);
            writer.Write("token");
            writer.Write(token);
            writer.Write("lockDuration");
            writer.Write(lockMs);
            writer.Write("name");
            writer.Write(worker);
        });

    public static ReadOnlyMemory<byte> FinishOptions(string token, long lockMs, string worker) =>
        Pack((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(10);
            writer.Write("token");
            writer.Write(token);
            writer.Write("name");
            writer.Write(worker);
            writer.Write("keepJobs");
            writer.WriteMapHeader(1);
            writer.Write("count");
            writer.Write(0);
            writer.Write("lockDuration");
            writer.Write(lockMs);
            writer.Write("attempts");
            writer.Write(1);
            writer.Write("maxMetricsSize");
            // Not nil: the script compares with "".
            writer.Write("");
            foreach (var rule in (string[])["fpof", "cpof", "idof", "rdof"])
            {
                writer.Write(rule);
                writer.Write(false);
            }
        });

    public static ReadOnlyMemory<byte> Strings(IReadOnlyCollection<string> values) =>
        Pack((ref MessagePackWriter writer) =>
        {
            writer.WriteArrayHeader(values.Count);
            foreach (var value in values)
            {
                writer.Write(value);
            }
        });

    private delegate void Filling(ref MessagePackWriter writer);

    private static ReadOnlyMemory<byte> Pack(Filling fill)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        fill(ref writer);
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
