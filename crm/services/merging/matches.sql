-- What some influencers share with others of the organization, at most `most` others for each value and one more: what so
-- many share tells nobody apart. Each step is a walk of an index (decision 10), however large the organization is.
-- The organization is compared by column, not by number: of a number that is new to the statistics the planner expects one row,
-- and walks the whole organization for each value.
WITH mine AS (
    SELECT organization_id, id, sort_name, email, phone FROM crm_influencer WHERE id = ANY(%(ids)s)
), addresses AS (
    SELECT organization_id, id, email FROM mine WHERE email <> ''
    UNION SELECT organization_id, influencer_id, email FROM crm_otheraddress WHERE influencer_id = ANY(%(ids)s)
), words AS (
    SELECT DISTINCT organization_id, influencer_id AS id, word FROM crm_searchword
    WHERE influencer_id = ANY(%(ids)s) AND account_id IS NULL AND char_length(word) > 1 AND strpos(word, '@') = 0
)
SELECT addresses.id, other.id, 'email', addresses.email FROM addresses CROSS JOIN LATERAL (
    SELECT influencer_id AS id FROM crm_otheraddress
    WHERE organization_id = addresses.organization_id AND email = addresses.email AND influencer_id <> addresses.id
    LIMIT %(most)s + 1
) AS other
UNION SELECT addresses.id, other.id, 'email', addresses.email FROM addresses CROSS JOIN LATERAL (
    SELECT person.id FROM crm_searchword AS word JOIN crm_influencer AS person ON person.id = word.influencer_id
    WHERE word.organization_id = addresses.organization_id AND word.word = left(crm_folded(addresses.email), 60)
    AND person.email = addresses.email AND person.id <> addresses.id
    LIMIT %(most)s + 1
) AS other
UNION SELECT mine.id, other.id, 'phone', mine.phone FROM mine CROSS JOIN LATERAL (
    SELECT id FROM crm_influencer
    WHERE organization_id = mine.organization_id AND phone = mine.phone AND phone <> '' AND id <> mine.id
    LIMIT %(most)s + 1
) AS other
UNION SELECT account.influencer_id, other.influencer_id, 'handle', account.handle
FROM crm_socialaccount AS account CROSS JOIN LATERAL (
    SELECT influencer_id FROM crm_socialaccount
    WHERE organization_id = account.organization_id AND handle = account.handle AND influencer_id <> account.influencer_id
    LIMIT %(most)s + 1
) AS other
WHERE account.influencer_id = ANY(%(ids)s)
UNION SELECT mine.id, other.id, 'name', mine.sort_name FROM mine CROSS JOIN LATERAL (
    SELECT id FROM crm_influencer
    WHERE organization_id = mine.organization_id AND sort_name = mine.sort_name AND id <> mine.id
    LIMIT %(most)s + 1
) AS other
UNION SELECT words.id, other.id, 'word', words.word FROM words CROSS JOIN LATERAL (
    SELECT influencer_id AS id FROM crm_searchword
    WHERE organization_id = words.organization_id AND word = words.word AND influencer_id <> words.id
    LIMIT %(most_with_word)s + 1
) AS other
