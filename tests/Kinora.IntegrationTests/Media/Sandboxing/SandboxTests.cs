using System.Net;
using System.Net.Sockets;
using Kinora.Core.Infra.Media.Sandboxing;

namespace Kinora.IntegrationTests.Media.Sandboxing;

/// <summary>What holds a process that an upload has taken over: each way out is tried from the inside, in each kind of sandbox.</summary>
public sealed class SandboxTests
{
    private const SandboxKind Namespaces = SandboxKind.Namespaces;
    private const SandboxKind Landlock = SandboxKind.Landlock;
    private const SandboxKind Calls = SandboxKind.Calls;

    public static TheoryData<SandboxKind> Kinds => [Namespaces, Landlock, Calls];

    /// <summary>What the list of system calls refuses, so what no kind of sandbox lets pass.</summary>
    public static TheoryData<SandboxKind, string> RefusedCalls => new(
        from kind in (SandboxKind[])[Namespaces, Landlock, Calls]
        from what in (string[])
        [
            "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
            "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
            "socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)",
            "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
            "socket.socketpair()",
            "os.fork()",
            "os.posix_spawn('/usr/bin/true', ['true'], {})",
            "os.symlink(CANARY, OUT + '/1080p.mp4')",
            "os.link(SOURCE, OUT + '/1080p.mp4')",
            "os.mkfifo(OUT + '/1080p.mp4')",
            "os.mknod(OUT + '/device', 0o600 | 0o020000, os.makedev(1, 1))",
            "os.chmod(OUT, 0o777)",
            "os.chown(OUT, 1, 1)",

            // Signal 0 asks for the permission alone.
            "os.kill(WORKER, 0)",
            "os.kill(-1, 0)",

            // F_SETOWN: a pipe that sends signals.
            "import fcntl\nfcntl.fcntl(0, 8, WORKER)",
            "os.open(SOURCE, os.O_RDONLY | os.O_TRUNC)",
            "os.setuid(0)",
            "os.nice(-5)",
            "resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))",

            // By their numbers on x86-64.
            "call(101, 16, WORKER, 0, 0)", // ptrace
            "call(310, WORKER, 0, 0, 0, 0, 0)", // process_vm_readv
            "call(272, 0x10000000)", // unshare(CLONE_NEWUSER)
            "call(308, 0, 0)", // setns
            "call(165, b'none', b'/usr', b'tmpfs', 0, 0)", // mount
            "call(425, 8, 0)", // io_uring_setup
            "call(321, 0, 0, 0)", // bpf
            "call(298, 0, 0, 0, 0, 0)", // perf_event_open
            "call(323, 0)", // userfaultfd
            "call(250, 0, 0, 0, 0)", // keyctl
            "call(319, b'x', 0)", // memfd_create
            "call(157, 38, 0)", // prctl(PR_SET_NO_NEW_PRIVS)
            "call(56, 0x10000000 | 17, 0, 0, 0, 0)", // clone(CLONE_NEWUSER)
        ]
        select (kind, what));

    /// <summary>What must be in the way: the name of Python's exception, or where it differs by kind, of the kernel's error.</summary>
    public static TheoryData<SandboxKind, string, string> Files => new()
    {
        { Namespaces, "print(open(CANARY).read())", "FileNotFoundError" },
        { Namespaces, "print(open('/etc/passwd').read())", "FileNotFoundError" },
        { Namespaces, "print(open('/proc/%d/environ' % WORKER).read())", "FileNotFoundError" },
        { Namespaces, "open(SOURCE, 'r+')", "OSError 30" },
        { Namespaces, "open('/usr/x', 'w')", "OSError 30" },
        { Namespaces, "open('/tmp/x', 'w')", "FileNotFoundError" },
        { Namespaces, "open('/x', 'w')", "OSError 30" },
        { Namespaces, "open('/dev/shm/x', 'w')", "OSError 30" },
        { Namespaces, "open('/proc/sys/kernel/core_pattern', 'w')", "OSError 30" },
        { Namespaces, "open('/proc/self/oom_score_adj', 'w')", "OSError 30" },
        { Landlock, "print(open(CANARY).read())", "PermissionError" },
        { Landlock, "print(open('/etc/passwd').read())", "PermissionError" },
        { Landlock, "print(open('/proc/%d/environ' % WORKER).read())", "PermissionError" },
        { Landlock, "print(os.listdir('/'))", "PermissionError" },
        { Landlock, "open(SOURCE, 'r+')", "PermissionError" },
        { Landlock, "open('/usr/x', 'w')", "PermissionError" },
        { Landlock, "open('/tmp/x', 'w')", "PermissionError" },
        { Landlock, "open('/dev/shm/x', 'w')", "PermissionError" },
        { Landlock, "os.truncate(SOURCE, 0)", "PermissionError" },
        { Landlock, "open('/proc/sys/kernel/core_pattern', 'w')", "PermissionError" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task It_reads_its_source_and_writes_its_output(SandboxKind kind)
    {
        using var intruder = new Intruder(kind);

        Assert.Equal("done", await intruder.TryAsync("""
            open(OUT + '/copy', 'w').write(open(SOURCE).read())
            thread = threading.Thread(target=lambda: open(OUT + '/thread', 'w').write('x'))
            thread.start()
            thread.join()
            """));

        Assert.Equal("its own upload", await File.ReadAllTextAsync(Path.Combine(intruder.Output, "copy"), TestContext.Current.CancellationToken));
        Assert.True(File.Exists(Path.Combine(intruder.Output, "thread")));
    }

    [Theory]
    [MemberData(nameof(RefusedCalls))]
    public async Task A_system_call_that_no_decoder_makes_is_refused(SandboxKind kind, string what)
    {
        using var intruder = new Intruder(kind);

        var answer = await intruder.TryAsync(what);

        Assert.Contains(answer.Split('\n')[0], (string[])["PermissionError 1", "ValueError None"]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_that_was_not_given_is_not_there(SandboxKind kind, string what, string expected)
    {
        using var intruder = new Intruder(kind);

        Assert.StartsWith(expected, await intruder.TryAsync(what), StringComparison.Ordinal);
        Assert.Equal(Intruder.CanaryText, await File.ReadAllTextAsync(intruder.Canary, TestContext.Current.CancellationToken));
        Assert.Equal("its own upload", await File.ReadAllTextAsync(intruder.Source, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task In_namespaces_there_are_no_other_processes_and_no_network()
    {
        using var intruder = new Intruder(Namespaces);

        var processes = await intruder.TryAsync("print(*[p for p in os.listdir('/proc') if p.isdigit()])");
        var network = await intruder.TryAsync("print(*[line.split(':')[0].strip() for line in open('/proc/self/net/dev').readlines()[2:]])");
        var privileges = await intruder.TryAsync("print(*[l.split()[1] for l in open('/proc/self/status') if l.startswith(('CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp:'))])");

        Assert.Equal("1\ndone", processes);
        Assert.Equal("lo\ndone", network);
        Assert.Equal("0000000000000000 0000000000000000 1 2\ndone", privileges);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Its_environment_holds_nothing_of_the_workers(SandboxKind kind)
    {
        Environment.SetEnvironmentVariable("Kinora__OfTheWorkers", "hush");
        using var intruder = new Intruder(kind);

        var names = (await intruder.TryAsync("print(*sorted(os.environ))")).Split('\n')[0].Split(' ');

        Assert.Subset(new HashSet<string> { "KINORA_PROCESS", "LC_CTYPE", "PATH", "PWD" }, names.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Memory_ends_at_the_limit(SandboxKind kind)
    {
        using var intruder = new Intruder(kind);

        Assert.Equal("MemoryError None", await intruder.TryAsync("block = bytearray(400 << 20)"));
        Assert.Equal("done", await intruder.TryAsync("block = bytearray(100 << 20)"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Files_and_cpu_end_at_their_limits(SandboxKind kind)
    {
        using var intruder = new Intruder(kind);

        Assert.Equal("OSError 27", await intruder.TryAsync("open(OUT + '/big', 'wb', buffering=0).write(bytes(1 << 20))\nopen(OUT + '/big', 'ab', buffering=0).write(b'x')"));
        Assert.Equal("OSError 24", await intruder.TryAsync("files = [open(SOURCE) for _ in range(1000)]"));
        var burnt = await intruder.TryAsync("while True: pass", intruder.Given with { CpuTime = TimeSpan.FromSeconds(1) });

        // 128 + SIGXCPU, or SIGKILL two seconds later for who does not hear it.
        Assert.Contains(burnt, (string[])["\nexit 152", "\nexit 137"]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_listener_on_loopback_hears_nothing(SandboxKind kind)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var intruder = new Intruder(kind) { Port = ((IPEndPoint)listener.LocalEndpoint).Port };

        await intruder.TryAsync("socket.create_connection(('127.0.0.1', PORT), 2)");
        await intruder.TryAsync("os.execvp('bash', ['bash', '-c', 'echo hello > /dev/tcp/127.0.0.1/%d' % PORT])");

        Assert.False(listener.Pending());
    }
}
