using Kinora.Core.Infra.Storage.Folders;
using Kinora.Core.Infra.Storage.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Storage;

public static class StorageSetup
{
    /// <summary>The one store of the process, chosen by <see cref="StorageOptions.Kind"/>.</summary>
    public static IServiceCollection AddKinoraStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection(StorageOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IObjectParts>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
            return options.Kind switch
            {
                StorageKind.S3 => new S3ObjectStore(options.S3, provider.GetRequiredService<ILogger<S3ObjectStore>>()),
                _ => new FolderObjectStore(options.Folder),
            };
        });
        return services.AddSingleton(provider => (IObjectStore)provider.GetRequiredService<IObjectParts>());
    }
}
