using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Infra.Processes;

/// <summary>How our processes begin: what stops them at their start is one clear line and the exit code 1, not a stack.</summary>
public static class StartUp
{
    public static async Task<int> RunAsync(string process, Func<Task> run)
    {
        try
        {
            await run();
            return 0;
        }
        catch (OptionsValidationException e)
        {
            return Stop(process, string.Join("; ", e.Failures));
        }
        catch (Exception e) when (e is InvalidOperationException { InnerException: NpgsqlException })
        {
            return Stop(process, e.InnerException!.Message);
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException or NpgsqlException)
        {
            return Stop(process, e.Message);
        }
    }

    /// <summary>Before the host starts: it would log a wrong option with its whole stack.</summary>
    /// <exception cref="OptionsValidationException">With the failures of all options.</exception>
    public static void Validate(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (AggregateException e) when (e.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            var failures = e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures);
            throw new OptionsValidationException(string.Empty, typeof(StartUp), failures);
        }
        catch (InvalidOperationException e)
        {
            // The binder: "Failed to convert configuration value 'many' at 'Kinora:Database:MaxPoolSize' to type 'System.Int32'."
            throw new OptionsValidationException(string.Empty, typeof(StartUp), [e.Message]);
        }
    }

    private static int Stop(string process, string reason)
    {
        Console.Error.WriteLine($"{process}: {reason.ReplaceLineEndings(" ")}");
        return 1;
    }
}
