namespace Kinora.Core.Infra.Media.Native;

/// <summary>The helper said what it may not say. It is not to be trusted with another request.</summary>
internal sealed class ProbeProtocolException(string message, Exception? inner = null) : Exception(message, inner);
