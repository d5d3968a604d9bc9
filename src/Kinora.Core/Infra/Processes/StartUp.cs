using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Processes;

/// <summary>How our processes begin: what is wrong with the options is one clear line, not a stack.</summary>
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
            await Console.Error.WriteLineAsync($"{process}: {string.Join("; ", e.Failures).ReplaceLineEndings(" ")}");
            return 1;
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
    }
}
