/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills audits from a table of fields and a rule that says which cells pass. */
#include "audits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/wire/map.h"

#define NET_IDSTR "/fe.0.0000/virtio-net"
#define FOOTER_SIZE 5

enum temper {
    STRICT, /* every damage is noticed */
    ZEROS, /* equal neighbours: a shift within them is not seen */
    LOOSE, /* takes any value */
    FRAGILE, /* some values end the loader */
};

struct row {
    const char *path; /* with [] in it: `times` elements */
    uint32_t size, times;
    enum temper temper;
};

#define ORB "virtio.ccw.subch_subsection[s390_subch_dev/orb]."
#define ADAPTER "virtio.ccw.adapter_subsection[s390_adapter_info/summary_offset]."
#define RSS "virtio.net.subsection[virtio-net-device/rss]."
#define ENDIAN "virtio.subsection[virtio/device_endian]."

static const struct row net_rows[] = {
    { "type", 1, 1, STRICT }, { "section_id", 4, 1, STRICT }, { "idstr_len", 1, 1, STRICT },
    { "idstr", 21, 1, STRICT }, { "instance_id", 4, 1, STRICT }, { "version_id", 4, 1, STRICT },
    { "virtio.ccw.cssid", 1, 1, STRICT }, { "virtio.ccw.ssid", 1, 1, STRICT },
    { "virtio.ccw.migrated_schid", 2, 1, STRICT }, { "virtio.ccw.devno", 2, 1, STRICT },
    { "virtio.ccw.thinint_active", 1, 1, LOOSE }, { "virtio.ccw.pmcw.intparm", 4, 1, LOOSE },
    { "virtio.ccw.pmcw.flags", 2, 1, STRICT }, { "virtio.ccw.pmcw.devno", 2, 1, STRICT },
    { "virtio.ccw.pmcw.chpid", 8, 1, ZEROS }, { "virtio.ccw.pmcw.chars", 4, 1, STRICT },
    { "virtio.ccw.scsw.flags", 2, 1, STRICT }, { "virtio.ccw.scsw.ctrl", 2, 1, LOOSE },
    { "virtio.ccw.scsw.cpa", 4, 1, LOOSE }, { "virtio.ccw.scsw.count", 2, 1, STRICT },
    { "virtio.ccw.mba", 8, 1, LOOSE }, { "virtio.ccw.mda", 4, 1, STRICT }, { "virtio.ccw.sense_data", 32, 1, ZEROS },
    { "virtio.ccw.channel_prog", 8, 1, STRICT }, { "virtio.ccw.id.reserved", 1, 1, STRICT },
    { "virtio.ccw.id.cu_type", 2, 1, STRICT }, { "virtio.ccw.id.ciw[].type", 1, 62, ZEROS },
    { "virtio.ccw.id.ciw[].command", 1, 62, ZEROS }, { "virtio.ccw.id.ciw[].count", 2, 62, ZEROS },
    { ORB "mark", 1, 1, STRICT }, { ORB "name_len", 1, 1, STRICT }, { ORB "name", 18, 1, STRICT },
    { ORB "version_id", 4, 1, STRICT }, { ORB "orb.intparm", 4, 1, LOOSE }, { ORB "orb.cpa", 4, 1, STRICT },
    { "virtio.ccw.indicators.len", 4, 1, FRAGILE }, { "virtio.ccw.indicators.addr", 8, 1, LOOSE },
    { "virtio.ccw.config_vector", 2, 1, STRICT }, { "virtio.ccw.ind_offset", 8, 1, STRICT },
    { ADAPTER "mark", 1, 1, STRICT }, { ADAPTER "name_len", 1, 1, STRICT }, { ADAPTER "name", 32, 1, STRICT },
    { ADAPTER "version_id", 4, 1, STRICT }, { ADAPTER "summary_offset.summary_offset", 4, 1, LOOSE },
    { "virtio.status", 1, 1, LOOSE }, { "virtio.isr", 1, 1, LOOSE }, { "virtio.queue_sel", 2, 1, STRICT },
    { "virtio.guest_features", 4, 1, STRICT }, { "virtio.config_len", 4, 1, FRAGILE },
    { "virtio.config", 8, 1, STRICT }, { "virtio.num_queues", 4, 1, FRAGILE },
    { "virtio.queue[].num", 4, 3, LOOSE }, { "virtio.queue[].desc", 8, 3, STRICT },
    { "virtio.queue[].last_avail_idx", 2, 3, STRICT }, { "virtio.queue[].vector", 2, 3, LOOSE },
    { "virtio.net.mac", 6, 1, LOOSE }, { "virtio.net.tx_waiting", 4, 1, STRICT },
    { "virtio.net.status", 2, 1, STRICT }, { "virtio.net.mac_table_in_use", 4, 1, FRAGILE },
    { "virtio.net.mac_table", 18, 1, LOOSE }, { "virtio.net.vlans", 512, 1, ZEROS },
    { "virtio.net.has_vnet_hdr", 4, 1, STRICT }, { "virtio.net.curr_guest_offloads", 8, 1, STRICT },
    { RSS "mark", 1, 1, STRICT }, { RSS "name_len", 1, 1, STRICT }, { RSS "name", 21, 1, STRICT },
    { RSS "version_id", 4, 1, STRICT }, { RSS "rss.key", 40, 1, LOOSE },
    { RSS "rss.indirections_table[]", 2, 4, LOOSE }, { ENDIAN "mark", 1, 1, STRICT },
    { ENDIAN "name_len", 1, 1, STRICT }, { ENDIAN "name", 20, 1, STRICT },
    { ENDIAN "device_endian.device_endian", 1, 1, STRICT },
};

/* Which edits with which values; in order. */
static const struct series {
    enum edit edit;
    const char *value;
} all_series[] = {
    { EDIT_TRUNCATE, "" },  { EDIT_INSERT, "00" }, { EDIT_INSERT, "41" }, { EDIT_INSERT, "ff" }, { EDIT_DELETE, "1" },
    { EDIT_DELETE, "2" },   { EDIT_FLIP, "01" },   { EDIT_RANGE, "ffff" }, { EDIT_SECTION, "drop" },
    { EDIT_SECTION, "swap" },
};

static void set_setup(struct audit *audit, bool footers)
{
    static const char *const devices[] = { "virtio-net-ccw,netdev=n0", "virtio-rng-ccw" };

    audit->setup = hs_alloc(sizeof(*audit->setup));
    hardstop__setup__init(audit->setup);
    audit->setup->binary = hs_strdup("qemu-system-s390x");
    audit->setup->machine = hs_strdup("s390-ccw-virtio-7.2");
    audit->setup->n_device = HS_COUNT(devices);
    audit->setup->device = hs_alloc(sizeof(devices));
    for (size_t i = 0; i < HS_COUNT(devices); i++) {
        audit->setup->device[i] = hs_strdup(devices[i]);
    }
    audit->setup->has_framing = true;
    audit->setup->framing = footers ? HARDSTOP__FRAMING__FOOTER : HARDSTOP__FRAMING__LEGACY;
    audit->loader = audit_keep(audit, "QEMU 7.2.22");
    audit->section = audit_keep(audit, NET_IDSTR);
}

static void add_field(struct audit *audit, const char *path, uint32_t size)
{
    audit_add_field(audit, path, audit->bytes, size);
    audit->bytes += size;
}

/* Rows of one array follow each other; their elements take turns. */
static size_t add_rows(struct audit *audit, const struct row *rows, size_t n, uint8_t *tempers)
{
    size_t together = 1;

    while (together < n && rows->times > 1 && rows[together].times == rows->times) {
        together++;
    }
    for (uint32_t i = 0; i < rows->times; i++) {
        for (size_t j = 0; j < together; j++) {
            const char *hole = rows->times > 1 ? strstr(rows[j].path, "[]") : NULL;
            char *path = hole ? hs_format("%.*s[%u]%s", (int)(hole - rows[j].path), rows[j].path, i, hole + 2)
                              : hs_strdup(rows[j].path);

            memset(tempers + audit->bytes, rows[j].temper, rows[j].size);
            add_field(audit, path, rows[j].size);
            free(path);
        }
    }
    return together;
}

static enum verdict verdict_of(struct random *random, const struct series *series, int temper, bool footers)
{
    unsigned leak = footers ? 3 : 1;

    if (series->edit == EDIT_FLIP || series->edit == EDIT_RANGE) {
        return temper == STRICT    ? VERDICT_REJECTED
               : temper == FRAGILE ? (random_one_in(random, 2) ? VERDICT_CRASHED : VERDICT_HUNG)
                                   : VERDICT_GARBAGE;
    }
    if (series->edit == EDIT_TRUNCATE || temper == STRICT) {
        return VERDICT_REJECTED;
    }
    if (temper == FRAGILE) {
        return random_one_in(random, 4 * leak) ? (random_one_in(random, 2) ? VERDICT_CRASHED : VERDICT_HUNG)
                                               : VERDICT_REJECTED;
    }
    if (temper == ZEROS) {
        return strcmp(series->value, "00") == 0 || series->edit == EDIT_DELETE
                   ? (random_one_in(random, 40 * leak) ? VERDICT_UNKNOWN
                      : footers                        ? VERDICT_REJECTED
                                                       : VERDICT_EQUAL)
                   : VERDICT_REJECTED;
    }
    return random_one_in(random, 5 * leak) ? VERDICT_GARBAGE : VERDICT_REJECTED;
}

static const char *const messages[VERDICT_COUNT] = {
    [VERDICT_UNKNOWN] = "the loader's process could not be started",
    [VERDICT_REJECTED] = "Unknown savevm section type 65",
    [VERDICT_EQUAL] = "",
    [VERDICT_GARBAGE] = "virtio.net.mac: 525400123456 -> 005254001234, and 11 more fields",
    [VERDICT_CRASHED] = "virtio_load: Assertion `vdev->config_len <= len' failed.",
    [VERDICT_HUNG] = "no answer within 2000 ms",
};

static void add_run(struct audit *audit, const struct series *series, uint32_t offset, uint32_t count,
                    enum verdict verdict, const char *message)
{
    struct audit_run run = { series->edit, series->value, offset, count, verdict, message };

    audit_add(audit, &run);
}

static void add_series(struct audit *audit, struct random *random, const struct series *series, const uint8_t *tempers,
                     bool footers)
{
    for (uint32_t offset = 0; offset < audit->bytes + (series->edit == EDIT_INSERT); offset++) {
        const struct audit_field *field = audit_field_at(audit, offset);
        enum verdict verdict = field ? verdict_of(random, series, tempers[offset], footers) : VERDICT_EQUAL;
        const char *message = messages[verdict];

        if ((series->edit == EDIT_RANGE && (!field || field->offset != offset)) ||
            (series->edit == EDIT_SECTION && offset)) {
            continue;
        }
        if (verdict == VERDICT_REJECTED && footers && series->edit != EDIT_TRUNCATE && offset > 40) {
            message = "Missing section footer for 0000:/fe.0.0000/virtio-net";
        } else if (verdict == VERDICT_REJECTED && series->edit == EDIT_TRUNCATE) {
            message = "load of migration failed: Input/output error";
        }
        add_run(audit, series, offset, 1, verdict, message);
    }
}

static void add_finding(struct audit *audit, const char *property, enum verdict verdict, const char *field,
                        const char *message, const struct series *series, uint32_t offset, uint32_t cells)
{
    struct audit_finding added = { .edit = series->edit, .value = series->value, .offset = offset, .cells = cells };
    struct finding *finding = &added.finding;
    char *path;

    snprintf(finding->property, sizeof(finding->property), "%s", property);
    snprintf(finding->device, sizeof(finding->device), "virtio-net");
    snprintf(finding->field, sizeof(finding->field), "%s", field);
    snprintf(finding->message, sizeof(finding->message), "%s", message);
    snprintf(finding->machine, sizeof(finding->machine), "qemu-system-s390x, s390-ccw-virtio-7.2");
    snprintf(finding->transport, sizeof(finding->transport), "ccw");
    finding->verdict = verdict;
    finding->signature = 0xdb19e30b3a5038bcull + audit->n_findings * 0x9e3779b97f4a7c15ull;
    path = hs_format("work/findings/%016llx.textproto", (unsigned long long)finding->signature);
    added.path = path;
    audit_add_finding(audit, &added);
    free(path);
}

/* A finding for each verdict and temper that passed, at its first cell. */
static void add_findings(struct audit *audit)
{
    static const enum verdict order[] = { VERDICT_CRASHED, VERDICT_HUNG, VERDICT_GARBAGE, VERDICT_EQUAL };
    static const char *const broken[] = { "loader-survives", "loader-answers", "damage-is-never-garbage",
                                              "extension-is-rejected" };

    for (size_t i = 0; i < HS_COUNT(order); i++) {
        const struct audit_field *last = NULL;

        for (size_t r = 0, found = 0; r < audit->n_runs && found < 4; r++) {
            const struct audit_run *run = &audit->runs[r];
            const struct audit_field *field = audit_field_at(audit, run->offset);
            struct series series = { run->edit, run->value };

            if (run->verdict == order[i] && field && field != last) {
                char name[256];

                map_path_without_indexes(field->path, name, sizeof(name));
                add_finding(audit, broken[i], order[i], name, *run->message ? run->message : "accepted", &series,
                            run->offset, 3 * run->count);
                last = field;
                found++;
            }
        }
    }
}

void audits_net(struct audit *audit, bool footers)
{
    uint8_t *tempers = hs_alloc(4096);
    struct random random;

    set_setup(audit, footers);
    random_init(&random, 1);
    for (size_t i = 0; i < HS_COUNT(net_rows);) {
        i += add_rows(audit, &net_rows[i], HS_COUNT(net_rows) - i, tempers);
    }
    if (footers) {
        memset(tempers + audit->bytes, STRICT, FOOTER_SIZE);
        add_field(audit, "footer.mark", 1);
        add_field(audit, "footer.section_id", 4);
    }
    for (size_t i = 0; i < HS_COUNT(all_series); i++) {
        add_series(audit, &random, &all_series[i], tempers, footers);
    }
    audit->streams = 9000;
    add_findings(audit);
    free(tempers);
}

void audits_large(struct audit *audit, uint32_t bytes, unsigned every)
{
    static const struct series five[] = { { EDIT_TRUNCATE, "" }, { EDIT_INSERT, "00" }, { EDIT_INSERT, "41" },
                                        { EDIT_INSERT, "ff" }, { EDIT_DELETE, "1" },  { EDIT_DELETE, "2" } };
    struct random random;
    char path[64];

    set_setup(audit, true);
    random_init(&random, 2);
    for (uint32_t i = 0; audit->bytes + 16 < bytes; i++) {
        snprintf(path, sizeof(path), "virtio.queue[%u].desc", i);
        add_field(audit, path, 8);
        snprintf(path, sizeof(path), "virtio.queue[%u].vector", i);
        add_field(audit, path, 2);
        snprintf(path, sizeof(path), "virtio.part_%u.used", i / 64);
        add_field(audit, path, 6);
    }
    add_field(audit, "footer", bytes - audit->bytes);
    for (size_t i = 0; i < HS_COUNT(five); i++) {
        for (uint32_t offset = 0; offset < bytes; offset++) {
            bool soft = offset / 1024 % 3 == 1 && offset % 16 >= 8 && offset % 16 < 12;
            bool passes = five[i].edit != EDIT_TRUNCATE && random_one_in(&random, soft ? 2 : every);
            enum verdict verdict = !passes                          ? VERDICT_REJECTED
                                   : random_one_in(&random, 30)     ? VERDICT_CRASHED + random_below(&random, 2)
                                   : five[i].edit == EDIT_DELETE    ? VERDICT_EQUAL
                                                                    : VERDICT_GARBAGE;
            char message[64];

            snprintf(message, sizeof(message), "Unknown savevm section type %u", offset / 97 % 256);
            add_run(audit, &five[i], offset, 1, verdict, passes ? messages[verdict] : message);
        }
    }
    audit->streams = bytes * 5;
    add_findings(audit);
}

void audits_hostile(struct audit *audit)
{
    static const char *const texts[] = {
        "</script><script>document.title='injected'</script>", "\"><img src=x onerror=\"document.title='injected'\">",
        "'><svg onload=document.title='injected'>", "<!-- --> ]]> &amp; &#60; \\u003c", "\xff\xfe not UTF-8 \xc0\xaf",
        "\xe2\x80\xae turned \xe2\x80\xac", "</style><style>*{display:none}</style>", "a' ; rm -rf $HOME ; echo '",
    };
    struct series series = { EDIT_INSERT, "<b>" };

    set_setup(audit, true);
    audit->section = audit_keep(audit, texts[0]);
    audit->loader = audit_keep(audit, texts[1]);
    free(audit->setup->machine);
    audit->setup->machine = hs_strdup(texts[2]);
    free(audit->setup->device[0]);
    audit->setup->device[0] = hs_strdup(texts[4]);
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        add_field(audit, texts[i], 2);
    }
    for (uint32_t offset = 0; offset < audit->bytes; offset++) {
        add_run(audit, &series, offset, 1, offset % 2 ? VERDICT_GARBAGE : VERDICT_REJECTED, texts[offset / 2]);
    }
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        add_finding(audit, texts[i], VERDICT_GARBAGE, texts[i], texts[i], &series, 2 * i + 1, 1);
        audit->findings[i].path = audit_keep(audit, texts[i]);
    }
    audit->streams = 16;
}

void audits_tiny(struct audit *audit)
{
    static const struct series truncate = { EDIT_TRUNCATE, "" }, insert = { EDIT_INSERT, "00" };
    static const struct series flip = { EDIT_FLIP, "80" };

    set_setup(audit, true);
    add_field(audit, "type", 1);
    add_field(audit, "queue[0].num", 4);
    add_field(audit, "queue[1].num", 4);
    add_field(audit, "rest", 3);
    add_run(audit, &truncate, 0, 12, VERDICT_REJECTED, "end of file");
    add_run(audit, &insert, 0, 3, VERDICT_REJECTED, "bad");
    add_run(audit, &insert, 3, 2, VERDICT_EQUAL, "");
    add_run(audit, &insert, 5, 1, VERDICT_GARBAGE, "rest: 1 -> 2");
    add_run(audit, &insert, 6, 1, VERDICT_CRASHED, "assert");
    add_run(audit, &insert, 7, 1, VERDICT_HUNG, "");
    add_run(audit, &insert, 8, 1, VERDICT_UNKNOWN, "");
    add_run(audit, &flip, 10, 1, VERDICT_GARBAGE, "rest: 1 -> 129");
    audit->streams = 22;
    add_finding(audit, "loader-survives", VERDICT_CRASHED, "queue[].num", "assert", &insert, 6, 1);
}

bool audits_named(struct audit *audit, const char *name)
{
    if (strcmp(name, "net") == 0 || strcmp(name, "net-legacy") == 0) {
        audits_net(audit, strcmp(name, "net") == 0);
    } else if (strcmp(name, "large") == 0) {
        audits_large(audit, 17000, 150);
    } else if (strcmp(name, "hostile") == 0) {
        audits_hostile(audit);
    } else if (strcmp(name, "tiny") == 0) {
        audits_tiny(audit);
    } else {
        return false;
    }
    return true;
}
