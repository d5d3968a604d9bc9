#!/bin/sh
# Makes the files that test_media.c looks at. Needs the ffmpeg command.
set -eu
mkdir -p "$1"
cd "$1"
make() { ffmpeg -nostdin -y -v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=4 -f lavfi -i sine=duration=4 "$@"; }
make -c:v libx264 -g 25 -sc_threshold 0 -pix_fmt yuv420p -c:a aac -ac 2 end.mp4
ffmpeg -nostdin -y -v error -i end.mp4 -c copy -movflags +faststart plain.mp4
ffmpeg -nostdin -y -v error -i end.mp4 -c copy -metadata:s:v rotate=90 rotated.mp4
ffmpeg -nostdin -y -v error -i end.mp4 -c copy -movflags +frag_keyframe+empty_moov fragmented.mp4
ffmpeg -nostdin -y -v error -i end.mp4 -c copy plain.ts
ffmpeg -nostdin -y -v error -i end.mp4 -c copy -metadata:s:a language=deu plain.mkv
ffmpeg -nostdin -y -v error -i end.mp4 -c copy -encryption_scheme cenc-aes-ctr \
    -encryption_key 00112233445566778899aabbccddeeff -encryption_kid 00112233445566778899aabbccddeeff encrypted.mp4
make -c:v libvpx -deadline realtime -cpu-used 8 -g 50 -c:a libopus plain.webm
make -c:v mpeg4 -g 10 -c:a libmp3lame plain.avi
make -c:v magicyuv -an rare.mkv
make -map 1:a -c:a libmp3lame sound.mp3
make -map 1:a -c:a aac sound.m4a
make -map 0:v -frames:v 1 -c:v mjpeg -f image2 picture.mp4
printf '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nplain.ts\n#EXT-X-ENDLIST\n' > playlist.mp4
printf "ffconcat version 1.0\nfile plain.mp4\n" > concat.mp4
: > empty.mp4
