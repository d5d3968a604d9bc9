#!/bin/sh
# Makes the seeds of the fuzz target: a few frames in each format and codec that is taken. Needs the ffmpeg command.
set -eu
mkdir -p "$1"
cd "$1"
make() { ffmpeg -nostdin -y -v error -f lavfi -i testsrc2=size=48x32:rate=25:duration=0.2 -f lavfi -i sine=duration=0.1 "$@"; }
x264="-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
make $x264 -c:a aac h264.mp4
make $x264 -c:a aac -movflags +frag_keyframe+empty_moov fragmented.mp4
make $x264 -c:a aac -movflags +faststart -metadata:s:v rotate=90 -metadata title=x rotated.mp4
make $x264 -c:a aac -encryption_scheme cenc-aes-ctr \
    -encryption_key 00112233445566778899aabbccddeeff -encryption_kid 00112233445566778899aabbccddeeff encrypted.mp4
make $x264 -c:a aac h264.ts
make $x264 -c:a aac h264.flv
make $x264 -c:a flac -metadata:s:a language=deu h264.mkv
make -vf scale=128:96 -c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le -an hevc.mp4
make -c:v libvpx -deadline realtime -c:a libvorbis vp8.webm
make -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus vp9.webm
make -c:v libaom-av1 -cpu-used 8 -usage realtime -c:a ac3 av1.mkv
make -c:v mpeg4 -c:a libmp3lame mpeg4.avi
make -c:v mjpeg -pix_fmt yuvj420p -c:a alac mjpeg.mov
make -c:v prores -pix_fmt yuv422p10le -c:a pcm_s16le prores.mov
make -c:v mpeg2video -c:a mp2 mpeg2.ts
make -c:v mpeg1video -c:a mp2 -f mpeg mpeg1.mpg
make -c:v mpeg2video -an mpeg2.mxf
make -c:v flv -c:a libmp3lame -ar 44100 flv1.flv
make -c:v libtheora -c:a libvorbis theora.ogv
make -c:v wmv2 -c:a wmav2 -f asf wmv2.asf
make -map 1:a -c:a libmp3lame sound.mp3
make -map 1:a -c:a flac sound.flac
make -map 1:a -c:a pcm_s16le sound.wav
