/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tries cases that are smaller, or more like the captured stream, and keeps those that show the same finding. */
#include "harness/finding/minimize.h"

#include <inttypes.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/case/alone.h"
#include "harness/case/case.h"
#include "harness/case/damage.h"
#include "harness/finding/distance.h"
#include "harness/wire/description.h"
#include "harness/wire/map.h"
#include "harness/message/reduce.h"
#include "harness/message/reflect.h"
#include "harness/message/revert.h"

enum {
    REPLAYS = 3, /* of a finding, before it counts as stable */
};

struct search {
    struct oracle oracle;
    struct judgement judgement;
    const struct minimize_options *options;
    struct minimized *minimized;
    uint64_t signature;
    size_t distance; /* of the best case to the captured stream */
    unsigned long loads; /* of oracles that are gone */
    bool spent; /* max_loads */
    bool failed;
    struct hs_error *err;
};

static bool is_frozen(void *user, const ProtobufCFieldDescriptor *field)
{
    (void)user;
    return case_field_is_aside(field);
}

static const struct mutate_hints hints = { .frozen = is_frozen };

/* Does the case show the finding?  Without one, or when no more loads are allowed, false. */
static bool shows(struct search *search, const Hardstop__Case *test)
{
    struct minimized *minimized = search->minimized;
    struct finding finding;

    if (search->failed || search->spent) {
        return false;
    }
    if (search->options->max_loads && search->loads + search->oracle.loads >= search->options->max_loads) {
        search->spent = true;
        return false;
    }
    if (oracle_judge(&search->oracle, test, &search->judgement, search->err) < 0) {
        search->failed = true;
        return false;
    }
    minimized->loads = search->loads + search->oracle.loads;
    if (search->options->progress) {
        search->options->progress(search->options->user, minimized->loads,
                                  hardstop__case__get_packed_size(minimized->test));
    }
    return finding_of(&search->judgement, &finding) && finding.signature == search->signature;
}

static bool is_done(const struct search *search)
{
    return search->failed || search->spent;
}

/* Takes the case over as the best one. */
static void keep(struct search *search, Hardstop__Case *test)
{
    case_free(search->minimized->test);
    search->minimized->test = test;
    search->distance = distance_of_case(test, search->options->captured);
}

/* The case without one section, what its damages refer to being renumbered; NULL where one of them is in it. */
static Hardstop__Case *without_section(const Hardstop__Case *test, size_t index)
{
    Hardstop__Case *less = case_clone(test);
    Hardstop__Stream *stream = less->stream;

    for (size_t i = 0; i < less->n_damage; i++) {
        Hardstop__Damage *damage = less->damage[i];
        bool is_swap = damage->kind_case == HARDSTOP__DAMAGE__KIND_SWAP;

        if ((damage->at && damage->at->has_section && damage->at->section == index) ||
            (is_swap && damage->swap == index)) {
            case_free(less);
            return NULL;
        }
        if (damage->at && damage->at->has_section) {
            damage->at->section -= damage->at->section > index;
        }
        damage->swap -= is_swap && damage->swap > index;
    }
    stream_free_section(stream->section[index]);
    memmove(&stream->section[index], &stream->section[index + 1],
            (--stream->n_section - index) * sizeof(*stream->section));
    return less;
}

static bool leave_sections_out(struct search *search)
{
    bool better = false;

    for (size_t i = search->minimized->test->stream->n_section; i-- > 0 && !is_done(search);) {
        Hardstop__Case *less = without_section(search->minimized->test, i);

        if (less && shows(search, less)) {
            keep(search, less);
            better = true;
        } else {
            case_free(less);
        }
    }
    return better;
}

/* Places a damage by the field that its first byte is in, so that it stays there when what is before it changes. */
static void anchor(Hardstop__Case *test, size_t index)
{
    Hardstop__Place *at = test->damage[index]->at;
    const struct map_entry *entry;
    size_t place;
    struct map map;

    map_init(&map, test->stream, NULL);
    place = damage_place(at, test->stream, &map.encoding);
    entry = map_at(&map, place);
    if (entry && entry->section != MAP_NO_SECTION) {
        hardstop__place__free_unpacked(at, NULL);
        at = test->damage[index]->at = (Hardstop__Place *)reflect_new(&hardstop__place__descriptor);
        at->has_section = at->has_offset = true;
        at->section = (uint32_t)entry->section;
        at->field = hs_strdup(entry->path);
        at->offset = (uint32_t)(place - entry->offset);
    }
    map_clear(&map);
}

static void anchor_damages(struct search *search)
{
    for (size_t i = 0; i < search->minimized->test->n_damage && !is_done(search); i++) {
        const Hardstop__Damage *damage = search->minimized->test->damage[i];
        Hardstop__Case *test;

        if (!damage->at || damage->at->field || damage->kind_case == HARDSTOP__DAMAGE__KIND_SWAP ||
            damage->kind_case == HARDSTOP__DAMAGE__KIND_REPEAT) {
            continue;
        }
        test = case_clone(search->minimized->test);
        anchor(test, i);
        if (shows(search, test)) {
            keep(search, test);
        } else {
            case_free(test);
        }
    }
}

/* Takes differences back in one section; true when any could be. */
static bool revert_section(struct search *search, size_t index, const Hardstop__Section *sound)
{
    Hardstop__Case *test = case_clone(search->minimized->test);
    Hardstop__Section *own = test->stream->section[index];
    const ProtobufCMessage *candidate;
    struct revert revert;
    bool better = false;

    revert_init(&revert, &own->base, &sound->base);
    while (!is_done(search) && revert_next(&revert, &candidate)) {
        test->stream->section[index] = (Hardstop__Section *)(uintptr_t)candidate;
        if (shows(search, test)) {
            revert_accept(&revert);
            better = true;
        } else {
            revert_reject(&revert);
        }
    }
    test->stream->section[index] = (Hardstop__Section *)reflect_clone(revert.best);
    stream_free_section(own);
    revert_clear(&revert);
    keep(search, test);
    return better;
}

static bool revert_sections(struct search *search)
{
    bool better = false;

    for (size_t i = 0; i < search->minimized->test->stream->n_section && !is_done(search); i++) {
        const Hardstop__Section *sound = distance_partner(search->minimized->test->stream->section[i],
                                                          search->options->captured);

        better |= sound && revert_section(search, i, sound);
    }
    return better;
}

static bool reduce_rest(struct search *search)
{
    struct reduce reduce;
    const ProtobufCMessage *candidate;
    bool better = false;

    reduce_init(&reduce, &search->minimized->test->base, &hints);
    while (!is_done(search) && reduce_next(&reduce, &candidate)) {
        const Hardstop__Case *test = (const Hardstop__Case *)candidate;

        /* A smaller case that differs more from the captured stream is no better; to find that out costs no load. */
        if (distance_of_case(test, search->options->captured) <= search->distance && shows(search, test)) {
            reduce_accept(&reduce);
            keep(search, (Hardstop__Case *)reflect_clone(reduce.best));
            better = true;
        } else {
            reduce_reject(&reduce);
        }
    }
    reduce_clear(&reduce);
    return better;
}

/* The mark says that the stream is as captured; a reader would be misled where that is no longer so. */
static void drop_stale_mark(Hardstop__Case *test)
{
    struct stream_encoding encoding = { 0 };

    stream_encode(test->stream, &encoding, NULL, NULL);
    if (!case_is_captured(test, &encoding)) {
        test->has_captured = false;
        test->captured = 0;
    }
    stream_encoding_clear(&encoding);
}

/* Replays with the long time limit: how many show a finding of that signature (0: that of the first replay)? */
static int replay(struct search *search, struct loader *loader, const Hardstop__Case *test, struct finding *finding)
{
    int same = 0;

    for (int i = 0; i < REPLAYS && !search->failed; i++) {
        struct oracle patient = { .loader = loader, .beside = search->options->beside };
        struct finding now;

        if (oracle_judge(&patient, test, &search->judgement, search->err) < 0) {
            search->failed = true;
        } else if (finding_of(&search->judgement, &now)) {
            *finding = same ? *finding : now;
            search->signature = search->signature ? search->signature : now.signature;
            same += now.signature == search->signature;
        }
        search->loads += patient.loads;
        oracle_clear(&patient);
    }
    search->minimized->loads = search->loads;
    return same;
}

static int begin(struct search *search, struct loader *loader, const Hardstop__Case *test)
{
    struct minimized *minimized = search->minimized;
    int same = replay(search, loader, test, &minimized->finding);

    if (search->failed) {
        return -1;
    }
    if (!search->signature) {
        return hs_fail(search->err, HS_NO_OFFSET, "no finding: every property holds, there is nothing to minimise");
    }
    if (same < REPLAYS) {
        return hs_fail(search->err, HS_NO_OFFSET, "unstable: %d of %d replays show %016" PRIx64 " (%s); what comes and "
                       "goes cannot be minimised", same, REPLAYS, search->signature, minimized->finding.same);
    }
    return 0;
}

/* A case whose fields only the loader can name would lose them with it. */
static void give_names(struct search *search)
{
    Hardstop__Stream *stream = search->minimized->test->stream;

    if (description_is_missing(stream) && search->judgement.description) {
        description_set(stream, search->judgement.description);
        description_keep(stream, NULL);
    }
}

/* What takes long in a large stream is its guest RAM; a finding that needs it would be searched for hours. */
static int leave_frame_out(struct search *search)
{
    size_t size = search->judgement.plain.out.size;
    Hardstop__Case *alone = case_alone(search->minimized->test);

    if (alone && shows(search, alone)) {
        keep(search, alone);
        return 0;
    }
    case_free(alone);
    if (size < ALONE_LEAST || is_done(search)) {
        return 0;
    }
    search->failed = true;
    return hs_fail(search->err, HS_NO_OFFSET, "the device sections alone do not show the finding, and a stream of %zu "
                   "MiB is too large to be loaded at each step", size >> 20);
}

static void run(struct search *search, const Hardstop__Case *test)
{
    keep(search, case_clone(test));
    if (leave_frame_out(search) < 0) {
        return;
    }
    give_names(search);
    anchor_damages(search);
    /* What one kind of step does may make another possible. */
    while (!is_done(search) && (leave_sections_out(search) | revert_sections(search) | reduce_rest(search))) {
    }
    drop_stale_mark(search->minimized->test);
    if (search->minimized->test->stream->has_description) {
        /* Of the sections that are left. */
        description_keep(search->minimized->test->stream, NULL);
    }
}

int minimize(struct loader *loader, const Hardstop__Case *test, const struct minimize_options *options,
             struct minimized *minimized, struct hs_error *err)
{
    struct search search = { .options = options, .minimized = minimized, .err = err };
    int result = -1, same = 0;

    memset(minimized, 0, sizeof(*minimized));
    minimized->bytes_before = hardstop__case__get_packed_size(test);
    if (!test->stream) {
        return hs_fail(err, HS_NO_OFFSET, "the case has no stream");
    }
    if (begin(&search, loader, test) == 0) {
        /* The short time limit took something slow for the hang: the search is done again with the long limit. */
        for (uint32_t timeout = LOADER_STEP_MS; same < REPLAYS && !search.failed; timeout = LOADER_TIMEOUT_MS) {
            search.spent = false;
            /* Two loaders may differ in fields that are not looked for in haste. */
            search.oracle = (struct oracle){ .loader = loader, .timeout_ms = timeout, .hasty = !options->beside,
                                             .beside = options->beside };
            run(&search, test);
            search.loads += search.oracle.loads;
            oracle_clear(&search.oracle);
            same = search.failed ? 0 : replay(&search, loader, minimized->test, &minimized->finding);
            if (timeout == LOADER_TIMEOUT_MS) {
                break;
            }
        }
        result = search.failed ? -1
                 : same == REPLAYS ? 0
                                   : hs_fail(err, HS_NO_OFFSET, "unstable: %d of %d replays of what came out show %016"
                                             PRIx64, same, REPLAYS, search.signature);
    }
    minimized->is_minimal = !search.spent;
    minimized->bytes_after = minimized->test ? hardstop__case__get_packed_size(minimized->test) : 0;
    judgement_clear(&search.judgement);
    return result;
}

void minimized_clear(struct minimized *minimized)
{
    case_free(minimized->test);
    memset(minimized, 0, sizeof(*minimized));
}
