using System.Net;
using Kinora.Cli.Progress;

namespace Kinora.Cli.Remote.Uploads;

/// <summary>
/// Sends a file, chunk by chunk, whatever becomes of the connection; and goes on with what an earlier command has begun, where there is a
/// journal that knows of it.
/// </summary>
/// <param name="journal">Null: nothing is to be gone on with later.</param>
internal sealed class ResumableUpload(ApiConnection connection, UploadJournal? journal, TimeProvider time)
{
    /// <summary>Of four parts of the server's; within one it keeps what has come of a request that breaks.</summary>
    private const long ChunkBytes = 32 * 1024 * 1024;

    /// <summary>Without a byte that has come to stay.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TusRequests _tus = new(connection);

    public async Task<FinishedUpload> RunAsync(NewUpload upload, Action<TransferProgress> report, CancellationToken cancellation)
    {
        var entry = journal is null ? null : await journal.BeginAsync(connection.Server, upload, cancellation);
        if (entry?.Url is { } begun)
        {
            if (await _tus.FindAsync(begun, cancellation) is { } state)
            {
                return await SendAsync(upload, entry, begun, state, report, cancellation);
            }

            await journal!.ForgetAsync(entry, cancellation);
            entry = await journal.BeginAsync(connection.Server, upload, cancellation);
        }

        var url = await _tus.CreateAsync(upload, entry?.Key ?? Guid.CreateVersion7(), cancellation);
        if (entry is not null)
        {
            entry = await journal!.NoteAsync(entry, url, cancellation);
        }

        var fresh = await _tus.FindAsync(url, cancellation) ?? throw Lost(upload);
        return await SendAsync(upload, entry, url, fresh, report, cancellation);
    }

    private async Task<FinishedUpload> SendAsync(
        NewUpload upload, UploadEntry? entry, Uri url, UploadState state, Action<TransferProgress> report, CancellationToken cancellation)
    {
        var (resumed, rate, retries) = (state.Offset, new TransferRate(time), new Retries(time, Patience));
        Report(state.Offset);
        while (state.VideoId is null)
        {
            var offset = state.Offset;
            TimeSpan? asked = null;
            CommandFailure failure;
            try
            {
                state = await _tus.SendAsync(
                    url, upload.File, offset, Math.Min(ChunkBytes, upload.File.Size - offset), sent => Report(offset + sent), cancellation);
                retries.Moved();
                continue;
            }
            catch (ServerUnreachable e)
            {
                failure = e;
            }
            catch (ApiRefusal e) when (MayPass(e) || e.Status == HttpStatusCode.Conflict)
            {
                (failure, asked) = (e, e.RetryAfter);
            }
            catch (ApiRefusal) when (entry is not null)
            {
                // The same bytes will not do later either.
                await journal!.ForgetAsync(entry, cancellation);
                throw;
            }

            // On a slow line a part of a chunk takes longer than there is patience: whether it has come only the server knows.
            var wait = retries.Next(asked);
            await Task.Delay(wait ?? TimeSpan.Zero, time, cancellation);
            state = await FindAgainAsync(url, cancellation) ?? throw Lost(upload);
            if (state.Offset > offset)
            {
                retries.Moved();
            }
            else if (wait is null && state.VideoId is null)
            {
                throw failure;
            }

            Report(state.Offset);
        }

        if (entry is not null)
        {
            await journal!.ForgetAsync(entry, cancellation);
        }

        return new FinishedUpload(state.VideoId, resumed);

        void Report(long sent)
        {
            // A request that has broken may read on for a moment beside the next one.
            lock (rate)
            {
                rate.Note(sent);
                report(new TransferProgress(upload.File, sent, rate.BytesPerSecond, rate.TimeFor(upload.File.Size - sent)));
            }
        }
    }

    /// <summary>With a patience of its own: how long the bytes before took says nothing of the server.</summary>
    private async Task<UploadState?> FindAgainAsync(Uri url, CancellationToken cancellation)
    {
        var retries = new Retries(time, Patience);
        while (true)
        {
            try
            {
                return await _tus.FindAsync(url, cancellation);
            }
            catch (CommandFailure e) when (MayPass(e))
            {
                if (retries.Next((e as ApiRefusal)?.RetryAfter) is not { } wait)
                {
                    throw;
                }

                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    private static bool MayPass(CommandFailure failure) =>
        failure is { ExitCode: CommandFailure.Unreachable } or ApiRefusal { Status: HttpStatusCode.TooManyRequests };

    private static CommandFailure Lost(NewUpload upload) =>
        new($"the upload of {upload.File.Path} is gone from the server: run the command again.", CommandFailure.Refused);
}
