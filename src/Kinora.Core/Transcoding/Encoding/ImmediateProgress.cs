namespace Kinora.Core.Transcoding.Encoding;

/// <summary>Unlike Progress&lt;T&gt;, reports at once and in order.</summary>
internal sealed class ImmediateProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
