using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Folders;
using Kinora.Core.Infra.Storage.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Kinora.Tests.Infra.Storage;

public sealed class StorageOptionsTests
{
    [Fact]
    public void A_folder_is_the_default()
    {
        using var services = Services();

        Assert.IsType<FolderObjectStore>(services.GetRequiredService<IObjectStore>());
    }

    [Fact]
    public void A_bucket_is_chosen_by_kind()
    {
        using var services = Services(
            ("Kind", "S3"), ("S3:Endpoint", "http://127.0.0.1:9000"), ("S3:Bucket", "videos"), ("S3:AccessKey", "a"), ("S3:SecretKey", "b"));

        Assert.IsType<S3ObjectStore>(services.GetRequiredService<IObjectStore>());
    }

    [Fact]
    public void Every_fault_stands_in_one_message()
    {
        using var services = Services(
            ("Kind", "S3"), ("S3:Endpoint", "minio:9000"), ("S3:AccessKey", "a"), ("S3:PartSizeBytes", "1024"), ("S3:UploadConcurrency", "0"),
            ("S3:Timeout", "00:00:00"), ("S3:MaxRetries", "-1"), ("S3:Region", ""));

        var fault = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal(
            "Kinora:Storage: S3:Endpoint is no http or https URL; S3:Region is missing; S3:Bucket is missing; "
                + "S3:AccessKey and S3:SecretKey go together; S3:PartSizeBytes is not between 5 MiB and 5 GiB; "
                + "S3:UploadConcurrency is not between 1 and 64; S3:Timeout is not between 0 and 1 hour; S3:MaxRetries is not between 0 and 20.",
            fault.Message);
    }

    [Fact]
    public void The_options_of_the_other_kind_do_not_matter()
    {
        using var services = Services(("Kind", "Folder"), ("S3:PartSizeBytes", "1"));

        services.GetRequiredService<IStartupValidator>().Validate();
    }

    [Fact]
    public void A_folder_needs_a_path()
    {
        using var services = Services(("Folder:Path", " "));

        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
    }

    private static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => $"Kinora:Storage:{setting.Name}", setting => (string?)setting.Value))
            .Build();
        return new ServiceCollection().AddLogging().AddKinoraStorage(configuration).BuildServiceProvider();
    }
}
