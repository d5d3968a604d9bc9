using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Kinora.Core.Jobs;

/// <summary>The trigger that refuses every edge outside the state machine stands in the migrations alone: EF has no word for it.</summary>
internal sealed class JobTable : IEntityTypeConfiguration<Job>
{
    /// <summary>Npgsql reads "infinity" as a DateTime of no kind, whose offset would be that of the host's time zone.</summary>
    private static readonly ValueConverter<DateTimeOffset, DateTime> Infinite =
        new(time => time.UtcDateTime, time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)));

    public void Configure(EntityTypeBuilder<Job> builder)
    {
        builder.ToTable("jobs", table =>
        {
            table.HasCheckConstraint("ck_jobs_type", "type IN ('FETCH', 'ANALYZE', 'THUMBNAIL', 'HLS')");
            table.HasCheckConstraint("ck_jobs_status", "status IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED')");
            table.HasCheckConstraint("ck_jobs_lease", "(lease_owner IS NULL) = (lease_until IS NULL)");
            table.HasCheckConstraint("ck_jobs_lease_running", "lease_owner IS NULL OR status = 'RUNNING'");
            table.HasCheckConstraint("ck_jobs_fence", "status <> 'RUNNING' OR fence IS NOT NULL");
            table.HasCheckConstraint(
                "ck_jobs_finished", "(status IN ('SUCCEEDED', 'FAILED', 'CANCELED')) = (finished_at IS NOT NULL)");
            table.HasCheckConstraint("ck_jobs_failed_has_code", "status <> 'FAILED' OR error_code IS NOT NULL");
            table.HasCheckConstraint("ck_jobs_progress", "progress BETWEEN 0 AND 100 AND (progress = 100) = (status = 'SUCCEEDED')");
            table.HasCheckConstraint("ck_jobs_rank", "rank BETWEEN 0 AND 2");
            table.HasCheckConstraint("ck_jobs_weight", "weight >= 0");
            table.HasCheckConstraint("ck_jobs_plan", "plan IS NULL OR parent_id IS NULL");
            table.HasCheckConstraint("ck_jobs_attempts", "attempts BETWEEN 0 AND max_attempts AND crashes >= 0 AND deferrals >= 0");
        });
        builder.Property(j => j.Params).HasColumnType("jsonb");
        builder.Property(j => j.Progress).HasDefaultValue(0);
        builder.Property(j => j.Attempts).HasDefaultValue(0);
        builder.Property(j => j.Crashes).HasDefaultValue(0);
        builder.Property(j => j.Deferrals).HasDefaultValue(0);
        builder.Property(j => j.DispatchCount).HasDefaultValue(0);
        builder.Property(j => j.RunAfter).HasConversion(Infinite).HasDefaultValueSql("clock_timestamp()");
        builder.Property(j => j.Rank).HasDefaultValue((short)0);
        builder.Property(j => j.Weight).HasDefaultValue(0.0);
        builder.Property(j => j.Plan).HasColumnType("jsonb");
        builder.Property(j => j.CreatedAt).HasDefaultValueSql("clock_timestamp()");
        builder.HasOne(j => j.Video).WithMany().HasForeignKey(j => j.VideoId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Job>().WithMany().HasForeignKey(j => j.ParentId).OnDelete(DeleteBehavior.Restrict);

        // Twice by name: the first is the model's, and the convention of names would give the database another one.
        builder.HasIndex(j => new { j.VideoId, j.Type }, "ix_jobs_one_live").HasDatabaseName("ix_jobs_one_live")
            .IsUnique()
            .HasFilter("status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL");
        builder.HasIndex(j => new { j.VideoId, j.Id });

        // What settling a parent looks for; the second alone for units of parents that have ended, of which there are none to be.
        builder.HasIndex(j => new { j.ParentId, j.Status }, "ix_jobs_units").HasDatabaseName("ix_jobs_units")
            .HasFilter("parent_id IS NOT NULL");
        builder.HasIndex(j => j.ParentId, "ix_jobs_live_units").HasDatabaseName("ix_jobs_live_units")
            .HasFilter("status IN ('QUEUED', 'RUNNING') AND parent_id IS NOT NULL");
        builder.HasIndex(j => j.Id, "ix_jobs_parked").HasDatabaseName("ix_jobs_parked")
            .HasFilter(UnitStatements.Parked);

        // What the dispatcher and the workers look for: few rows at any time, whatever the table's size. By owner, since owners take turns;
        // lease_until stands in none of them: each beat would then write the index too.
        builder.HasIndex(j => new { j.Type, j.OwnerId, j.Rank, j.RunAfter, j.Id }, "ix_jobs_waiting").HasDatabaseName("ix_jobs_waiting")
            .HasFilter(JobStatements.Waiting);

        // The dispatcher's order, without which each look sorts all that wait: what was never sent, then the oldest message.
        builder.HasIndex(j => new { j.Type, j.DispatchedAt, j.Rank, j.RunAfter, j.Id }, "ix_jobs_to_dispatch").HasDatabaseName("ix_jobs_to_dispatch")
            .HasNullSortOrder(
                NullSortOrder.Unspecified, NullSortOrder.NullsFirst, NullSortOrder.Unspecified, NullSortOrder.Unspecified, NullSortOrder.Unspecified)
            .HasFilter(JobStatements.Waiting);
        builder.HasIndex(j => new { j.Type, j.OwnerId }, "ix_jobs_running").HasDatabaseName("ix_jobs_running")
            .HasFilter("lease_owner IS NOT NULL");
        builder.HasIndex(j => j.OwnerId, "ix_jobs_owner_live").HasDatabaseName("ix_jobs_owner_live")
            .HasFilter("status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL");

        // What has ended in the last hours, and what has failed, for who looks after the service.
        builder.HasIndex(j => j.FinishedAt, "ix_jobs_finished").HasDatabaseName("ix_jobs_finished")
            .HasFilter("finished_at IS NOT NULL AND parent_id IS NULL");
        builder.HasIndex(j => j.FinishedAt, "ix_jobs_failed").HasDatabaseName("ix_jobs_failed")
            .HasFilter("status = 'FAILED' AND parent_id IS NULL");

        // Whose turn it is: the fence of an owner's last claim.
        builder.HasIndex(j => new { j.OwnerId, j.Type, j.Fence }, "ix_jobs_turns").HasDatabaseName("ix_jobs_turns")
            .HasFilter("fence IS NOT NULL");
    }
}
