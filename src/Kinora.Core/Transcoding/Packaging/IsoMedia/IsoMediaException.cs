namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>
/// The bytes are no ISO base media file that we can package. The only exception that malformed bytes can raise in this folder.
/// </summary>
public sealed class IsoMediaException(string message, Exception? inner = null) : Exception(message, inner);
