-- Were all documents sent to accounting accepted, and do they balance?
-- Empty where nothing was sent yet.
SELECT period, status, is_balanced, count(*) AS documents, CAST(sum(debit) AS DECIMAL(18, 2)) AS debit, CAST(sum(credit) AS DECIMAL(18, 2)) AS credit
FROM v_journal_documents
GROUP BY period, status, is_balanced
ORDER BY period, status, is_balanced;
