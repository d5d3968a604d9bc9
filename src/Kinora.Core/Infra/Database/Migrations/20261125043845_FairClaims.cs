using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kinora.Core.Infra.Database.Migrations
{
    /// <inheritdoc />
    public partial class FairClaims : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_jobs_type_run_after",
                table: "jobs");

            migrationBuilder.DropCheckConstraint(
                name: "ck_jobs_attempts",
                table: "jobs");

            migrationBuilder.AddColumn<int>(
                name: "sweeps",
                table: "storage_intents",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "deferrals",
                table: "jobs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "deferred_since",
                table: "jobs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "owner_id",
                table: "jobs",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"));

            migrationBuilder.CreateTable(
                name: "chores",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    last_run_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_chores", x => x.name);
                });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_owner_id",
                table: "jobs",
                column: "owner_id",
                filter: "status IN ('QUEUED', 'RUNNING')");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_owner_id_type_fence",
                table: "jobs",
                columns: new[] { "owner_id", "type", "fence" },
                filter: "fence IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_type_owner_id",
                table: "jobs",
                columns: new[] { "type", "owner_id" },
                filter: "lease_owner IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_type_owner_id_run_after_id",
                table: "jobs",
                columns: new[] { "type", "owner_id", "run_after", "id" },
                filter: "status IN ('QUEUED', 'RUNNING') AND lease_owner IS NULL");

            migrationBuilder.AddCheckConstraint(
                name: "ck_jobs_attempts",
                table: "jobs",
                sql: "attempts BETWEEN 0 AND max_attempts AND crashes >= 0 AND deferrals >= 0");

            migrationBuilder.Sql("UPDATE jobs SET owner_id = v.owner_id FROM videos v WHERE v.id = jobs.video_id;");
            migrationBuilder.Sql(JobGuard.ReplaceWithOwner);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(JobGuard.ReplaceWithoutOwner);

            migrationBuilder.DropTable(
                name: "chores");

            migrationBuilder.DropIndex(
                name: "ix_jobs_owner_id",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_owner_id_type_fence",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_type_owner_id",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_type_owner_id_run_after_id",
                table: "jobs");

            migrationBuilder.DropCheckConstraint(
                name: "ck_jobs_attempts",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "sweeps",
                table: "storage_intents");

            migrationBuilder.DropColumn(
                name: "deferrals",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "deferred_since",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "owner_id",
                table: "jobs");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_type_run_after",
                table: "jobs",
                columns: new[] { "type", "run_after" },
                filter: "status IN ('QUEUED', 'RUNNING')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_jobs_attempts",
                table: "jobs",
                sql: "attempts BETWEEN 0 AND max_attempts AND crashes >= 0");
        }
    }
}
