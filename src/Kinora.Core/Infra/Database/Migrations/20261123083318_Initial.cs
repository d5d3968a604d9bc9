using System;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kinora.Core.Infra.Database.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateSequence(
                name: "job_fence_seq");

            migrationBuilder.CreateTable(
                name: "storage_intents",
                columns: table => new
                {
                    prefix = table.Column<string>(type: "text", nullable: false),
                    video_id = table.Column<Guid>(type: "uuid", nullable: false),
                    job_id = table.Column<Guid>(type: "uuid", nullable: true),
                    fence = table.Column<long>(type: "bigint", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_storage_intents", x => x.prefix);
                    table.CheckConstraint("ck_storage_intents_job", "(job_id IS NULL) = (fence IS NULL)");
                    table.CheckConstraint("ck_storage_intents_state", "state IN ('WRITING', 'PUBLISHED', 'DOOMED')");
                });

            migrationBuilder.CreateTable(
                name: "users",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    normalized_email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    password_hash = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_users", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "refresh_tokens",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    family_id = table.Column<Guid>(type: "uuid", nullable: false),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    spent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_refresh_tokens", x => x.id);
                    table.ForeignKey(
                        name: "fk_refresh_tokens_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "videos",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    title = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    original_filename = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    size_bytes = table.Column<long>(type: "bigint", nullable: false),
                    content_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    sha256 = table.Column<byte[]>(type: "bytea", nullable: false),
                    source_key = table.Column<string>(type: "text", nullable: false),
                    transcode_after_analysis = table.Column<bool>(type: "boolean", nullable: false),
                    media_info = table.Column<string>(type: "jsonb", nullable: true),
                    error_code = table.Column<string>(type: "text", nullable: true),
                    error_message = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    deleted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_videos", x => x.id);
                    table.CheckConstraint("ck_videos_failed_has_code", "(status = 'FAILED') = (error_code IS NOT NULL)");
                    table.CheckConstraint("ck_videos_media_info", "status NOT IN ('ANALYZED', 'READY') OR media_info IS NOT NULL");
                    table.CheckConstraint("ck_videos_size", "size_bytes > 0");
                    table.CheckConstraint("ck_videos_status", "status IN ('UPLOADED', 'ANALYZED', 'READY', 'FAILED')");
                    table.ForeignKey(
                        name: "fk_videos_users_owner_id",
                        column: x => x.owner_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "jobs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    video_id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    progress = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    out_time_ms = table.Column<long>(type: "bigint", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    max_attempts = table.Column<int>(type: "integer", nullable: false),
                    crashes = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    fence = table.Column<long>(type: "bigint", nullable: true),
                    lease_owner = table.Column<string>(type: "text", nullable: true),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    heartbeat_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    run_after = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    dispatched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    dispatch_count = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    @params = table.Column<JsonDocument>(name: "params", type: "jsonb", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: true),
                    error_code = table.Column<string>(type: "text", nullable: true),
                    error_message = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_jobs", x => x.id);
                    table.CheckConstraint("ck_jobs_attempts", "attempts BETWEEN 0 AND max_attempts AND crashes >= 0");
                    table.CheckConstraint("ck_jobs_failed_has_code", "status <> 'FAILED' OR error_code IS NOT NULL");
                    table.CheckConstraint("ck_jobs_fence", "status <> 'RUNNING' OR fence IS NOT NULL");
                    table.CheckConstraint("ck_jobs_finished", "(status IN ('SUCCEEDED', 'FAILED', 'CANCELED')) = (finished_at IS NOT NULL)");
                    table.CheckConstraint("ck_jobs_lease", "(lease_owner IS NULL) = (lease_until IS NULL)");
                    table.CheckConstraint("ck_jobs_lease_running", "lease_owner IS NULL OR status = 'RUNNING'");
                    table.CheckConstraint("ck_jobs_progress", "progress BETWEEN 0 AND 100 AND (progress = 100) = (status = 'SUCCEEDED')");
                    table.CheckConstraint("ck_jobs_status", "status IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED')");
                    table.CheckConstraint("ck_jobs_type", "type IN ('ANALYZE', 'THUMBNAIL', 'HLS')");
                    table.ForeignKey(
                        name: "fk_jobs_videos_video_id",
                        column: x => x.video_id,
                        principalTable: "videos",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "derivatives",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    video_id = table.Column<Guid>(type: "uuid", nullable: false),
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    fence = table.Column<long>(type: "bigint", nullable: false),
                    prefix = table.Column<string>(type: "text", nullable: false),
                    manifest = table.Column<string>(type: "jsonb", nullable: false),
                    verification = table.Column<string>(type: "jsonb", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    replaced_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_derivatives", x => x.id);
                    table.CheckConstraint("ck_derivatives_type", "type IN ('THUMBNAIL', 'HLS')");
                    table.ForeignKey(
                        name: "fk_derivatives_jobs_job_id",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_derivatives_videos_video_id",
                        column: x => x.video_id,
                        principalTable: "videos",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_derivatives_job_id",
                table: "derivatives",
                column: "job_id");

            migrationBuilder.CreateIndex(
                name: "ix_derivatives_prefix",
                table: "derivatives",
                column: "prefix",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_derivatives_video_id_type",
                table: "derivatives",
                columns: new[] { "video_id", "type" },
                unique: true,
                filter: "replaced_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_type_run_after",
                table: "jobs",
                columns: new[] { "type", "run_after" },
                filter: "status IN ('QUEUED', 'RUNNING')");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_video_id_id",
                table: "jobs",
                columns: new[] { "video_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_video_id_type",
                table: "jobs",
                columns: new[] { "video_id", "type" },
                unique: true,
                filter: "status IN ('QUEUED', 'RUNNING')");

            migrationBuilder.CreateIndex(
                name: "ix_refresh_tokens_expires_at",
                table: "refresh_tokens",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_refresh_tokens_family_id",
                table: "refresh_tokens",
                column: "family_id");

            migrationBuilder.CreateIndex(
                name: "ix_refresh_tokens_token_hash",
                table: "refresh_tokens",
                column: "token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_refresh_tokens_user_id",
                table: "refresh_tokens",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_storage_intents_expires_at",
                table: "storage_intents",
                column: "expires_at",
                filter: "state <> 'PUBLISHED'");

            migrationBuilder.CreateIndex(
                name: "ix_storage_intents_video_id",
                table: "storage_intents",
                column: "video_id");

            migrationBuilder.CreateIndex(
                name: "ix_users_normalized_email",
                table: "users",
                column: "normalized_email",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_videos_owner_id_id",
                table: "videos",
                columns: new[] { "owner_id", "id" },
                descending: new[] { false, true },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_videos_owner_id_status_id",
                table: "videos",
                columns: new[] { "owner_id", "status", "id" },
                descending: new[] { false, false, true },
                filter: "deleted_at IS NULL");

            migrationBuilder.Sql(JobGuard.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(JobGuard.Drop);

            migrationBuilder.DropTable(
                name: "derivatives");

            migrationBuilder.DropTable(
                name: "refresh_tokens");

            migrationBuilder.DropTable(
                name: "storage_intents");

            migrationBuilder.DropTable(
                name: "jobs");

            migrationBuilder.DropTable(
                name: "videos");

            migrationBuilder.DropTable(
                name: "users");

            migrationBuilder.DropSequence(
                name: "job_fence_seq");
        }
    }
}
