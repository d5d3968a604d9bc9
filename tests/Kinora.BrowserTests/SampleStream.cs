using System.Collections.Concurrent;
using Kinora.Core.Infra.Processes;

namespace Kinora.BrowserTests;

/// <summary>HLS made by ffmpeg for the tests, shaped like Kinora's own: two video renditions and audio apart, fMP4 in byte ranges.</summary>
public static class SampleStream
{
    public const int Seconds = 24;

    public static async Task MakeAsync(string folder)
    {
        var errors = new ConcurrentQueue<string>();
        await using var ffmpeg = await ChildProcess.StartAsync(new ChildProcessSpec("ffmpeg",
        [
            "-nostdin", "-hide_banner", "-v", "error",
            "-f", "lavfi", "-i", $"testsrc2=size=1280x720:rate=25:duration={Seconds}",
            "-f", "lavfi", "-i", $"sine=frequency=440:sample_rate=48000:duration={Seconds}",
            "-filter_complex", "[0:v]split=2[a][b];[b]scale=640:360[small]",
            "-map", "[a]", "-map", "[small]", "-map", "1:a",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0",
            "-b:v:0", "1500k", "-b:v:1", "400k", "-c:a", "aac", "-b:a", "96k", "-ac", "2",
            "-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
            "-hls_flags", "single_file+independent_segments",
            "-var_stream_map", "v:0,agroup:audio,name:720p v:1,agroup:audio,name:360p a:0,agroup:audio,name:audio,default:yes",
            "-master_pl_name", "master.m3u8", "-hls_segment_filename", "%v.mp4", "%v.m3u8",
        ])
        { WorkingDirectory = folder, OnErrorLine = errors.Enqueue });
        var code = await ffmpeg.Exited;
        Assert.True(code == 0, $"ffmpeg ended with {code}: {string.Join('\n', errors)}");
    }
}
